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

/** What a task answers: an HTTP status, a content type, and the bytes of the body, whose memory is given away, or its text. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Whether what a task judged has passed, for the exit status of a command; it does not travel. */
  readonly passed?: boolean;
}

/** Bodies and answers of up to this many bytes travel as strings, which cost least to hand over; longer ones as bytes. */
export const longestText = 16 * 1024;

/** To a worker: the tasks that are assigned together. */
export type TaskBatch = readonly (readonly [slot: number, name: string, body: string | Uint8Array])[];

/** From a worker: a slot handed back with its answer (and for the log the trace of an unforeseen error), or without one. */
export type HandedBack =
  | readonly [slot: number, status: number, contentType: string, body: string | Uint8Array, trace: string | undefined]
  | readonly [slot: number];

/** From a worker: that it can take tasks, or answers that are sent together. */
export type WorkerMessage = "ready" | readonly HandedBack[];
