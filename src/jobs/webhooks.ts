import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Webhook } from "standardwebhooks";
import { type DueWebhook, type Job, type Storage, isFinal } from "./contract.ts";
import { viewOfJob } from "./job-view.ts";
import { lookupPublic, RefusedAddress, refusalOf } from "./webhook-addresses.ts";
import { Problem } from "../problems/problems.ts";
import { type SpanEnd, traced, type TraceParent, type Tracing } from "../tracing/tracing.ts";

/** What came of a trial: told; not told, to be tried again or for good; or not tried, because of the address. */
export type WebhookOutcome = "delivered" | "failed" | "given_up" | "refused";

export interface WebhookOptions {
  readonly storage: Pick<Storage, "jobs" | "webhooks">;
  /** Whether webhooks may go to addresses of a private network. */
  readonly allowPrivate: boolean;
  readonly onTried?: (outcome: WebhookOutcome, job: Job, detail: string) => void;
  readonly tracing?: Tracing;
  /** Told when the storage fails. */
  readonly onError: (error: unknown) => void;
  /** How often to look for webhooks that are due, in milliseconds. */
  readonly pollMs?: number;
  /** The pauses between one trial and the next, in milliseconds; behind the last one it is given up. */
  readonly pausesMs?: readonly number[];
  /** How long a receiver may take, in milliseconds. */
  readonly timeoutMs?: number;
}

const mostAtOnce = 16;
const usualPausesMs = [5_000, 15_000, 45_000, 120_000, 240_000];
/** A trial whose process has ended is made again by another after its time and this, in milliseconds. */
const marginMs = 30_000;

/**
 * Tells those whom jobs name that their jobs are over, as Standard Webhooks have it, at least once each: what is owed is kept in the storage.
 * Any number of processes may do so on one storage.
 */
export class Webhooks implements AsyncDisposable {
  readonly #options: Required<Omit<WebhookOptions, "onTried" | "tracing">> & Pick<WebhookOptions, "onTried" | "tracing">;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #polling: NodeJS.Timeout;
  #isLooking = false;

  /** Begins at once. */
  constructor({ pollMs = 1_000, pausesMs = usualPausesMs, timeoutMs = 10_000, ...options }: WebhookOptions) {
    this.#options = { ...options, pollMs, pausesMs, timeoutMs };
    this.#polling = setInterval(() => void this.#look(), pollMs);
  }

  /** Gives up what is under way, for others to try at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#polling);
    this.#stop.abort();
    await Promise.all(this.#underWay);
  }

  async #look(): Promise<void> {
    const room = mostAtOnce - this.#underWay.size;
    if (this.#isLooking || room === 0) return;
    this.#isLooking = true;
    const { storage, timeoutMs, onError } = this.#options;
    try {
      for (const due of await storage.webhooks.take(room, timeoutMs + marginMs)) {
        const delivery = this.#deliver(due).catch(onError);
        this.#underWay.add(delivery);
        void delivery.then(() => this.#underWay.delete(delivery));
      }
    } catch (error) {
      onError(error);
    } finally {
      this.#isLooking = false;
    }
  }

  async #deliver({ jobId, tries }: DueWebhook): Promise<void> {
    const { storage, pausesMs, onTried } = this.#options;
    const job = await storage.jobs.get(jobId).catch(unlessUnknown);
    if (job === null || job.webhook === null || !isFinal(job.status)) return storage.webhooks.settle(jobId, null);
    const { outcome, detail } = await this.#traced(job, job.webhook, tries);
    if (outcome === "failed" && this.#stop.signal.aborted) return storage.webhooks.settle(jobId, Date.now());
    const pause = outcome === "failed" ? pausesMs[tries - 1] : undefined;
    await storage.webhooks.settle(jobId, pause === undefined ? null : Date.now() + pause);
    onTried?.(outcome === "failed" && pause === undefined ? "given_up" : outcome, job, detail);
  }

  #traced(job: Job, webhook: NonNullable<Job["webhook"]>, tries: number): Promise<Tried> {
    const start = { parent: job.traceparent, isCall: true, attributes: { "adjoint.job": job.id, "adjoint.try": tries } };
    const told = ({ outcome, detail }: Tried): SpanEnd => ({
      attributes: { "adjoint.outcome": outcome },
      error: outcome === "delivered" ? undefined : detail,
    });
    return traced(this.#options.tracing, "webhook", start, (span) => this.#try(job, webhook, span?.traceparent), told);
  }

  async #try(job: Job, { url, secret }: NonNullable<Job["webhook"]>, traceparent?: TraceParent): Promise<Tried> {
    const { allowPrivate, timeoutMs } = this.#options;
    const refusal = allowPrivate ? null : refusalOf(new URL(url));
    if (refusal !== null) return { outcome: "refused", detail: refusal };
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const message = messageAbout(job, secret);
      const headers = { ...message.headers, ...(traceparent !== undefined && { traceparent }) };
      const status = await post(new URL(url), { ...message, headers }, { allowPrivate, signal });
      if (status >= 200 && status < 300) return { outcome: "delivered", detail: `answered ${status}` };
      // Gone: the receiver wants to hear nothing more.
      return { outcome: status === 410 ? "given_up" : "failed", detail: `answered ${status}` };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { outcome: error instanceof RefusedAddress ? "refused" : "failed", detail };
    }
  }
}

interface Tried {
  readonly outcome: WebhookOutcome;
  readonly detail: string;
}

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver is told of a job that is over. The message has the same id whenever it is sent. */
export function messageAbout(job: Job, secret: string | null, now = new Date()): Message {
  const id = `msg_${job.id}_${job.last_event}`;
  const timestamp = new Date(job.finished_at ?? now).toISOString();
  const body = JSON.stringify({ type: `training.job.${job.status}`, timestamp, data: viewOfJob(job) });
  return {
    headers: {
      "content-type": "application/json",
      "user-agent": "adjoint",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      ...(secret !== null && { "webhook-signature": new Webhook(secret).sign(id, now, body) }),
    },
    body,
  };
}

/** The status of the answer, whose body nobody reads. Redirections are not followed: where they lead nobody has judged. */
function post(
  url: URL,
  { headers, body }: Message,
  { allowPrivate, signal }: { allowPrivate: boolean; signal: AbortSignal },
): Promise<number> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request(url, {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    agent: false,
    signal,
    ...(!allowPrivate && { lookup: lookupPublic }),
  })
    .on("response", (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    })
    .on("error", reject)
    .end(body);
  return promise;
}

function unlessUnknown(error: unknown): null {
  if (error instanceof Problem && error.code === "unknown_job") return null;
  throw error;
}
