import { computed, signal } from "@preact/signals";
import type { HistoryPage, HistoryRow, JobAnswer, JobEventData } from "./answers.ts";
import type { JobOrder } from "./request.ts";

/** What a training asks of the service. */
export interface Service {
  readonly post: (path: string, body?: unknown) => Promise<JobAnswer>;
  readonly read: (path: string) => Promise<JobAnswer>;
  readonly history: (path: string) => Promise<HistoryPage>;
  /** The events of a job behind the one that is known, until it is over. */
  readonly events: (path: string, after: string, signal: AbortSignal) => AsyncIterable<JobHeard>;
}

/** An event as it comes. */
export interface JobHeard {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** new: there is no job yet; running: updates are made; resting: the job is paused; over: it has made all its updates. */
export type Phase = "new" | "running" | "resting" | "over" | "failed";

export interface TrainingOptions {
  readonly service: Service;
  /** Looks at a job that rests after a step, before it goes on. */
  readonly look: (job: string, step: number) => Promise<void>;
  /** Fulfilled when it is time for the next updates: not before the last have been seen. */
  readonly turn: () => Promise<void>;
}

/** Events behind which nothing happens until somebody asks for it. */
const isRest = (type: string): boolean => type === "paused" || isEnd(type);
export const isEnd = (type: string): boolean => type === "succeeded" || type === "failed" || type === "cancelled";

/**
 * A training that can be watched: a real job, which pauses by itself after every few updates, is looked at with the weights of that very
 * step, and resumed. Nobody's thread waits meanwhile, and however slow the service is, it is asked one thing at a time. Another rate is a
 * job that continues the first.
 */
export class Training {
  readonly #options: TrainingOptions;
  readonly phase = signal<Phase>("new");
  readonly job = signal<JobAnswer | null>(null);
  readonly step = signal(0);
  readonly rows = signal<readonly HistoryRow[]>([]);
  readonly problem = signal<unknown>(null);
  readonly isBusy = signal(false);
  /** Whether it goes on by itself after the updates that are under way. */
  readonly isRunning = signal(false);
  /** The last row that has a loss: of the last update, before it. */
  readonly last = computed(() => this.rows.value.at(-1) ?? null);
  #order: JobOrder | null = null;
  /** The rate that the job has, and the one that is wished. */
  #rate = 0;
  #wishedRate = 0;
  #following: AbortController | null = null;
  /** The last event of the job that was heard. */
  #heard = "";
  #isLeft = false;
  #rests = 0;
  /** The last event behind which the job rests; one that is the end of it. */
  #rest: JobEventData | null = null;
  #lost: Error | null = null;
  #rested = Promise.withResolvers<void>();
  /** Counts beginnings: what was under way before is not heard any more. */
  #life = 0;

  constructor(options: TrainingOptions) {
    this.#options = options;
  }

  /** Forgets what was trained; the job that there was is cancelled, and stays in the list with its weights. */
  begin(order: JobOrder | null): void {
    const { job, phase } = this;
    if (job.peek() !== null && phase.peek() !== "over" && phase.peek() !== "failed") void this.#cancel(job.peek()?.id ?? "");
    this.#life++;
    this.#hearNoMore();
    this.#heard = "";
    this.#order = order;
    this.#rate = this.#wishedRate = rateOf(order);
    this.isRunning.value = false;
    this.#rest = null;
    this.#lost = null;
    this.#wake();
    phase.value = "new";
    job.value = null;
    this.step.value = 0;
    this.rows.value = [];
    this.problem.value = null;
    this.isBusy.value = false;
  }

  /** From the next update on. */
  set rate(rate: number) {
    this.#wishedRate = rate;
  }

  get rate(): number {
    return this.#wishedRate;
  }

  /** Goes on until it is told to pause or is over; `pace` says how many updates are made at a time. */
  async run(pace: () => number): Promise<void> {
    if (this.isBusy.peek() || this.#order === null) return;
    this.isRunning.value = true;
    await this.#exclusively(async (isCurrent) => {
      while (this.isRunning.peek() && isCurrent()) {
        await this.#advance(pace());
        if (this.phase.peek() !== "running") return;
        await this.#options.turn();
      }
    });
  }

  /** So many updates, and rest. */
  async advance(updates: number): Promise<void> {
    if (this.isBusy.peek() || this.#order === null) return;
    await this.#exclusively(() => this.#advance(updates));
  }

  pause(): void {
    this.isRunning.value = false;
    const job = this.job.peek();
    // Updates of a large network may take long.
    if (this.isBusy.peek() && job !== null) void this.#options.service.post(`/v1/jobs/${job.id}/pause`).catch(() => {});
  }

  /** Pauses, and listens no more: nobody looks. What is done next is heard from there. */
  leave(): void {
    this.pause();
    this.#isLeft = true;
    if (!this.isBusy.peek()) this.#hearNoMore();
  }

  /** Whoever leaves the page for good has nobody resume the job. */
  get resting(): string | null {
    return this.phase.peek() === "resting" || this.phase.peek() === "running" ? (this.job.peek()?.id ?? null) : null;
  }

  async #exclusively(work: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    const life = this.#life;
    const isCurrent = (): boolean => this.#life === life;
    this.isBusy.value = true;
    this.#isLeft = false;
    this.problem.value = null;
    if (this.phase.peek() !== "over") this.phase.value = "running";
    try {
      await work(isCurrent);
    } catch (error) {
      if (isCurrent()) this.problem.value = error;
    } finally {
      if (isCurrent()) {
        this.isBusy.value = this.isRunning.value = false;
        if (this.#isLeft) this.#hearNoMore();
        if (this.phase.peek() === "running") this.phase.value = this.job.peek() === null ? "new" : "resting";
      }
    }
  }

  /** Has the job make some updates, and looks at it. */
  async #advance(updates: number): Promise<void> {
    const life = this.#life;
    const rests = this.#rests;
    this.#lost = null;
    const job = await this.#askFor(updates);
    if (this.#life !== life) return void this.#cancel(job.id);
    this.job.value = job;
    this.phase.value = "running";
    if (this.#following === null) this.#follow(job.id);
    while (this.#rests === rests && this.#life === life) await this.#rested.promise;
    if (this.#life !== life) return;
    await this.#readHistory(job.id, life);
    if (this.#life !== life) return;
    this.#requireHeard();
    const { type, message, step, error } = this.#rest ?? { type: "paused", message: "" };
    this.step.value = step ?? (await this.#options.service.read(`/v1/jobs/${job.id}`)).step;
    if (type === "failed") {
      this.problem.value = new Error(error?.message ?? message);
      this.phase.value = "failed";
      return;
    }
    await this.#options.look(job.id, this.step.peek());
    if (this.#life === life && isEnd(type)) this.phase.value = "over";
  }

  /** The job that makes the next updates: a new one, the same, or where the rate has changed or all is done one that continues it. */
  async #askFor(updates: number): Promise<JobAnswer> {
    const { post } = this.#options.service;
    const job = this.job.peek();
    const rate = this.#wishedRate;
    if (job === null) {
      const made = await post("/v1/jobs", { ...this.#order, optimizer: { ...this.#order?.optimizer, lr: rate }, pause_after: updates });
      this.#rate = rate;
      return made;
    }
    let end = this.#rest?.type ?? "";
    if (!isEnd(end) && rate === this.#rate) {
      try {
        return await post(`/v1/jobs/${job.id}/resume`, { pause_after: updates });
      } catch (error) {
        // Somebody else may have cancelled it.
        end = (await this.#options.service.read(`/v1/jobs/${job.id}`)).status;
        if (!isEnd(end)) throw error;
      }
    }
    this.#hearNoMore();
    this.#heard = "";
    if (!isEnd(end)) await post(`/v1/jobs/${job.id}/cancel`);
    // One that was cancelled has updates left; one that is over goes on for as many as it had.
    const more = end === "succeeded" ? { steps: this.#order?.steps } : {};
    const continued = await post(`/v1/jobs/${job.id}/continue`, {
      ...more,
      ...(rate !== this.#rate && { optimizer: { lr: rate } }),
      pause_after: updates,
      tags: ["page"],
    });
    this.#rate = rate;
    return continued;
  }

  #hearNoMore(): void {
    this.#following?.abort();
    this.#following = null;
  }

  #follow(id: string): void {
    const following = new AbortController();
    this.#following = following;
    void this.#listen(id, following.signal);
  }

  async #listen(id: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const { id: event, type, data } of this.#options.service.events(`/v1/jobs/${id}/events`, this.#heard, signal)) {
        if (signal.aborted) return;
        this.#heard = event;
        if (!isRest(type)) continue;
        this.#rest = JSON.parse(data) as JobEventData;
        this.#wake();
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#lost = error instanceof Error ? error : new Error(String(error));
      this.#following = null;
      this.#wake();
    }
  }

  /** Throws what has cut the stream of events off for good. */
  #requireHeard(): void {
    if (this.#lost !== null) throw this.#lost;
  }

  #wake(): void {
    this.#rests++;
    const { resolve } = this.#rested;
    this.#rested = Promise.withResolvers();
    resolve();
  }

  /** The rows of a job that are not there yet. */
  async #readHistory(id: string, life: number): Promise<void> {
    for (;;) {
      const known = this.rows.peek();
      const page = await this.#options.service.history(`/v1/jobs/${id}/metrics?after=${known.at(-1)?.step ?? 0}&limit=2000`);
      if (this.#life !== life) return;
      if (page.data.length > 0) this.rows.value = [...known, ...page.data];
      if (!page.has_more) return;
    }
  }

  async #cancel(id: string): Promise<void> {
    // One that cannot be cancelled is over already.
    await this.#options.service.post(`/v1/jobs/${id}/cancel`).catch(() => {});
  }
}

const rateOf = (order: JobOrder | null): number => (typeof order?.optimizer.lr === "number" ? order.optimizer.lr : 0);
