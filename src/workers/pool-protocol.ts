import type { CrewLink } from "./crew-link.ts";
import type { ThreadsInUse } from "./thread-budget.ts";

/**
 * What the event loop and a worker thread say to each other. Bodies and answers travel in messages. Who may run a task is decided
 * on one Int32 per task in flight, its slot, in memory that both see, because a thread that is busy reads no messages:
 *
 *      event loop                     slot                        worker
 *
 *      assigns a task ───────────► queued ───────► started        claims it, then calls the handler
 *                                    │               │  │
 *      takes it back ──► revoked ◄───┘               │  │         skips it
 *                                                    │  │
 *      wants it stopped ─────────► cancelled ◄───────┘  │         the handler sees it in context.cancelled()
 *                                    │                  │
 *                                    └─────► done ◄─────┘         has an answer, perhaps not sent yet
 *
 * A move out of `queued` and one into `cancelled` is a compare-and-exchange, so exactly one side wins it. The worker hands back
 * every slot that it was given, with an answer or without, and only then is the slot used again.
 */

export const QUEUED = 1;
export const STARTED = 2;
export const DONE = 3;
export const REVOKED = 4;
export const CANCELLED = 5;

/** The states of a worker's slots. */
export type Slots = Int32Array<SharedArrayBuffer>;

/** Bodies and answers of up to this many bytes travel as strings, which cost least to hand over; longer ones as bytes. */
export const longestText = 16 * 1024;

/** To a worker: the tasks that are assigned together. Lists side by side cost less to hand over than a list of records. */
export interface TaskBatch {
  readonly slots: number[];
  readonly names: string[];
  /** What each is told beside its body. */
  readonly parameters: unknown[];
  /** On whose behalf each is performed. */
  readonly owners: string[];
  readonly bodies: (string | Uint8Array)[];
}

/** From a worker: slots handed back with their answers, and for the log the traces of unforeseen errors. */
export interface AnswerBatch {
  readonly slots: number[];
  /** 0 where a slot is handed back without an answer. */
  readonly statuses: number[];
  readonly contentTypes: string[];
  readonly bodies: (string | Uint8Array)[];
  readonly facts: unknown[];
  /** Floating-point operations that each took, by the estimates of the plans that it ran. */
  readonly operations: number[];
  /** "" where there was none. */
  readonly traces: string[];
  /** When each began and ended, in milliseconds since 1970; none where nobody asked. */
  readonly times: number[];
  /** How long the tasks took together. */
  milliseconds: number;
}

/** To a worker, first of all: the states of its slots, and what it may know of threads that help. */
export interface Enrolment {
  readonly slots: Slots;
  readonly threads: ThreadAllowance;
  /** Whether it tells when tasks began and ended. */
  readonly isTimed: boolean;
}

/** How many threads may work on one kernel, and how many compute for each worker, of which this is one. */
export interface ThreadAllowance {
  readonly most: number;
  readonly inUse: ThreadsInUse;
  readonly worker: number;
  /** The worker's place in the ledger of memory. */
  readonly account: number;
}

/** From a worker: the crew that it wants to lead in place of the one that it led; null for none. */
export interface Recruitment {
  readonly crew: CrewLink | null;
}

/** From a worker: that it can take tasks, answers that are sent together, or that it wants help. */
export type WorkerMessage = "ready" | AnswerBatch | Recruitment;
