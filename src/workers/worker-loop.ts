import type { Answer, Performer } from "../tasks/perform.ts";
import { type MessagePort, parentPort } from "node:worker_threads";
import { account } from "../memory/account.ts";
import { freeAtOnce } from "../memory/garbage.ts";
import { onWorkspace } from "../kernels/workspace.ts";
import { ThreadBudget } from "./thread-budget.ts";
import { work } from "../run/work.ts";
import { Problem } from "../problems/problems.ts";
import type { CrewLink } from "./crew-link.ts";
import { LeadingCrew } from "./crew.ts";
import { owning, requireUtf8 } from "./pool-body.ts";
import {
  type AnswerBatch,
  CANCELLED,
  DONE,
  type Enrolment,
  longestText,
  QUEUED,
  type Slots,
  STARTED,
  type Recruitment,
  type TaskBatch,
  type ThreadAllowance,
} from "./pool-protocol.ts";

/** An answer waits this long, in milliseconds, for others to share its message. */
const longestWait = 1;

/**
 * Makes this thread a worker of a pool: runs the tasks that arrive, each by the performer of its name. `failed` turns what one throws
 * into an answer; by default a Problem is its document, and anything else is the problem `internal`. `enrolled` hears what the pool allows,
 * before the first task.
 */
export function serve(
  performers: ReadonlyMap<string, Performer>,
  { failed = problemAnswer, enrolled }: { failed?: (error: unknown) => Answer; enrolled?: (allowance: ThreadAllowance) => void } = {},
): void {
  if (parentPort === null) throw new Error("Only a worker thread can serve a pool");
  const port = parentPort;
  port.once("message", ({ slots, threads, isTimed }: Enrolment) => {
    enrolled?.(threads);
    const budget = new ThreadBudget(threads.inUse, threads.worker);
    if (threads.most > 1) {
      const ask = (crew: CrewLink | null): void => port.postMessage({ crew } satisfies Recruitment, [...(crew?.mail ?? [])]);
      const crew = new LeadingCrew(threads.most, budget, { recruit: ask, dismiss: () => ask(null) });
      onWorkspace((space) => (space.crew = crew));
    }
    const loop = new WorkerLoop({ port, slots, budget, performers, failed, isTimed });
    port.on("message", (batch: TaskBatch) => loop.run(batch));
    port.postMessage("ready");
  });
}

/** The problem document of an error. What an unforeseen error says is for the log: the client learns only that there was one. */
export function problemAnswer(error: unknown): Answer {
  const problem = error instanceof Problem ? error : new Problem("internal", "The request could not be processed");
  return { status: problem.status, contentType: "application/problem+json", body: JSON.stringify(problem.toDocument()), facts: undefined };
}

interface LoopOptions {
  readonly port: MessagePort;
  readonly slots: Slots;
  readonly budget: ThreadBudget;
  readonly performers: ReadonlyMap<string, Performer>;
  readonly failed: (error: unknown) => Answer;
  readonly isTimed: boolean;
}

class WorkerLoop {
  readonly #port: MessagePort;
  readonly #slots: Slots;
  readonly #budget: ThreadBudget;
  readonly #performers: ReadonlyMap<string, Performer>;
  readonly #failed: (error: unknown) => Answer;
  readonly #isTimed: boolean;
  readonly #loaded = new Set<Performer>();
  #outbox: AnswerBatch = emptyBatch();
  #transfers: ArrayBuffer[] = [];
  #firstWaitsSince = 0;
  #busySince = 0;

  constructor({ port, slots, budget, performers, failed, isTimed }: LoopOptions) {
    this.#port = port;
    this.#slots = slots;
    this.#budget = budget;
    this.#performers = performers;
    this.#failed = failed;
    this.#isTimed = isTimed;
  }

  /** What a task needs is loaded when the first of its kind comes: meanwhile others go first. */
  run(batch: TaskBatch): void {
    const loading = batch.names.flatMap((name) => this.#load(name) ?? []);
    if (loading.length === 0) this.#runAll(batch);
    // What could not be loaded fails in its own task.
    else void Promise.allSettled(loading).then(() => this.#runAll(batch));
  }

  #load(name: string): Promise<void> | undefined {
    const performer = this.#performers.get(name);
    if (performer?.load === undefined || this.#loaded.has(performer)) return undefined;
    return performer.load().then(() => void this.#loaded.add(performer));
  }

  #runAll({ slots, names, parameters, owners, bodies }: TaskBatch): void {
    this.#busySince = performance.now();
    for (const [at, slot] of slots.entries()) {
      // A long body is long work, behind which finished answers must not wait.
      if (typeof bodies[at] !== "string") this.#send();
      this.#runTask(slot, names[at], parameters[at], owners[at], bodies[at]);
      this.#sendIfDue();
    }
    this.#send();
  }

  #runTask(slot: number, name: string, parameters: unknown, owner: string, body: string | Uint8Array): void {
    if (Atomics.compareExchange(this.#slots, slot, QUEUED, STARTED) !== QUEUED) {
      this.#handBack(slot, null, "", 0);
      return;
    }
    let answer: Answer;
    let trace = "";
    const before = work.operations;
    const began = this.#isTimed ? epochMs() : 0;
    this.#budget.enter();
    try {
      answer = this.#perform(slot, name, parameters, owner, body);
    } catch (error) {
      answer = this.#failed(error);
      trace = traceOf(error);
    } finally {
      this.#budget.giveBack(1);
    }
    if (typeof body !== "string" && !isOf(body, answer)) freeAtOnce(body);
    const wasCancelled = Atomics.exchange(this.#slots, slot, DONE) === CANCELLED;
    this.#handBack(slot, wasCancelled ? null : answer, trace, work.operations - before, began);
  }

  #perform(slot: number, name: string, parameters: unknown, owner: string, body: string | Uint8Array): Answer {
    const perform = this.#performers.get(name);
    if (perform === undefined) throw new Error(`Nothing performs the task ${name}`);
    if (typeof body !== "string") requireUtf8(body);
    const cancelled = (): boolean => {
      // A task that takes long enough to ask sends on what was finished before it.
      this.#sendIfDue();
      return Atomics.load(this.#slots, slot) === CANCELLED;
    };
    return perform(body, parameters, cancelled, owner);
  }

  #travelling(body: string | Uint8Array): string | Uint8Array {
    if (typeof body === "string" && body.length <= longestText) return body;
    const bytes = owning(typeof body === "string" ? Buffer.from(body) : body);
    account().handOver(bytes.byteLength);
    this.#transfers.push(bytes.buffer);
    return bytes;
  }

  #handBack(slot: number, answer: Answer | null, trace: string, taken: number, began = 0): void {
    const { slots, statuses, contentTypes, bodies, facts, operations, traces, times } = this.#outbox;
    if (slots.length === 0) this.#firstWaitsSince = performance.now();
    slots.push(slot);
    statuses.push(answer?.status ?? 0);
    contentTypes.push(answer?.contentType ?? "");
    bodies.push(answer === null ? "" : this.#travelling(answer.body));
    facts.push(answer?.facts);
    operations.push(taken);
    traces.push(trace);
    if (this.#isTimed) times.push(began, epochMs());
  }

  #sendIfDue(): void {
    if (this.#outbox.slots.length > 0 && performance.now() - this.#firstWaitsSince > longestWait) this.#send();
  }

  #send(): void {
    if (this.#outbox.slots.length === 0) return;
    const now = performance.now();
    this.#outbox.milliseconds = now - this.#busySince;
    this.#busySince = now;
    this.#port.postMessage(this.#outbox, this.#transfers);
    this.#outbox = emptyBatch();
    this.#transfers = [];
  }
}

const emptyBatch = (): AnswerBatch => ({
  slots: [],
  statuses: [],
  contentTypes: [],
  bodies: [],
  facts: [],
  operations: [],
  traces: [],
  times: [],
  milliseconds: 0,
});

/** Whether an answer is what came, or a part of it. */
const isOf = (body: Uint8Array, answer: Answer): boolean => typeof answer.body !== "string" && answer.body.buffer === body.buffer;

/** Finer than Date's milliseconds, and the same in all threads. */
const epochMs = (): number => performance.timeOrigin + performance.now();

/** What the log needs of an error; nothing for a problem of the client's making, or of too many clients. */
function traceOf(error: unknown): string {
  if (error instanceof Problem && (error.status < 500 || error.code === "overloaded")) return "";
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
