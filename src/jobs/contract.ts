/**
 * What the parts of the job system say to each other: the store keeps the truth, the dispatcher says who works on what, the runner works,
 * and the HTTP routes ask. Times are milliseconds since 1970; JSON is already parsed.
 *
 *     POST /v1/jobs ──► Store.create ──► Dispatcher ──► Runner.run(id) ──► Store.claim … Store.finish
 *                          │ one transaction │              │ every write carries its attempt
 *                          ▼                 ▼              ▼
 *                        jobs            pg-boss or      a trainer's thread
 *                     job_events        the same process
 */
import type { Readable } from "node:stream";
import type { Scope } from "../clients/client.ts";
import type { TraceParent } from "../tracing/tracing.ts";
import type { MetricsRow, Progress } from "../training/report.ts";
import { jobStatuses } from "./response.ts";
import type { ProblemCode } from "../problems/catalogue.ts";

export { jobStatuses, type MetricsRow, type Progress };
export type JobStatus = (typeof jobStatuses)[number];

/** Statuses that a job never leaves; they are also the types of the events that say so. */
export const isFinal = (status: string): boolean => status === "succeeded" || status === "failed" || status === "cancelled";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** What a job is told once: what it trains lies in the blob `submission`, and what clients see of it in `summary`. */
export interface NewJob {
  readonly id: string;
  /** Digest of the blob that holds the program, its tensors and the hyperparameters. */
  readonly submission: string;
  /** The request without its tensors, with all defaults filled in, as clients see it. */
  readonly summary: JsonObject;
  /** Ids of the datasets that it reads. */
  readonly datasets: readonly string[];
  readonly tags: readonly string[];
  readonly webhook: Webhook | null;
  /** Whose it is: a client's name or, where nobody is asked for a key, a digest of the address. */
  readonly client: string;
  /** How many updates it will make, where that is known; null with no bound but early stopping. */
  readonly steps: number | null;
  /** The step at which it pauses by itself; null: it does not. */
  readonly pause_at: number | null;
  /** The span of the request that made it, where spans were collected: what happens to the job belongs to the same trace. */
  readonly traceparent: TraceParent | null;
}

/** A checkpoint of another job, which has a state. */
export interface Predecessor {
  readonly id: string;
  readonly step: number;
}

export interface Webhook {
  readonly url: string;
  /** As Standard Webhooks write it: whsec_ and base64; null: not signed. */
  readonly secret: string | null;
}

export interface Failure {
  readonly code: ProblemCode | "diverged";
  readonly message: string;
  /** JSON pointer into the request, or the name of a node. */
  readonly param: string | null;
}

export interface Job extends NewJob {
  readonly status: JobStatus;
  /** Counts the times that somebody began to work on it: what fences off those who lost it. */
  readonly attempt: number;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly progress: Progress | null;
  readonly result: JsonObject | null;
  readonly error: Failure | null;
  /** The number of its last event. */
  readonly last_event: number;
}

export interface JobEvent {
  /** 1, 2, 3 … within the job, without gaps. */
  readonly id: number;
  /** created, started, progress, checkpoint, checkpoint_damaged, pausing, paused, resumed, requeued, cancelling, succeeded, failed, cancelled. */
  readonly type: string;
  readonly created_at: number;
  /** A sentence for people. */
  readonly message: string;
  readonly data: JsonObject;
}
export type NewEvent = Pick<JobEvent, "type" | "message" | "data">;

export interface NewCheckpoint {
  readonly step: number;
  readonly epoch: number;
  /** The metrics known at that step. */
  readonly metrics: JsonObject;
  /** Digest of a safetensors blob with the parameters and buffers. */
  readonly weights: string;
  /** Digest of the blob with all else that resuming needs; null for one that only offers its weights. */
  readonly state: string | null;
  readonly bytes: number;
  /** Marks: the best by the monitored metric, the last of a finished job. Older checkpoints without marks beyond `keep` go. */
  readonly best: boolean;
  readonly final: boolean;
}
export interface Checkpoint extends NewCheckpoint {
  readonly created_at: number;
}

/** What of a checkpoint is damaged or gone. */
export interface LostPart {
  readonly step: number;
  readonly part: "weights" | "state";
  /** A sentence that says so. */
  readonly detail: string;
}

/** What a runner is given when it takes a job. */
export interface Claim {
  readonly job: Job;
  readonly attempt: number;
  /** Where to go on: the newest checkpoint that has a state. */
  readonly checkpoint: Checkpoint | null;
}

/** What happened while training, written at once: fenced by (id, attempt). */
export interface Report {
  readonly metrics?: readonly MetricsRow[];
  readonly progress?: Progress;
  readonly events?: readonly NewEvent[];
  readonly checkpoint?: NewCheckpoint;
  /** How many unmarked checkpoints stay. */
  readonly keep?: number;
}

export interface JobOutcome {
  readonly status: "succeeded" | "failed" | "cancelled" | "paused" | "queued";
  readonly message: string;
  /** Where it pauses. */
  readonly step?: number;
  readonly result?: JsonObject;
  readonly error?: Failure;
  /** Why the work was lost, of a job that is `queued` for that: such attempts are counted, and after too many it fails. */
  readonly lost?: string;
}

/** This attempt has lost the job: somebody else works on it, or it is over. Whoever meets this stops and writes nothing more. */
export class LostJob extends Error {
  override readonly name = "LostJob";
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

export interface JobStore {
  /**
   * Keeps a new job with its first event and has it dispatched, all in one transaction. Throws Problem: too_many_jobs (this client's cap),
   * queue_full (the cap of all), unknown_dataset, storage_unavailable. With a key, the key's first answer is kept in that transaction too:
   * however the process ends, a request that is sent again does not make a second job. One that goes on `from` another begins with its checkpoint.
   */
  create(job: NewJob, key?: IdempotencyKey, from?: Predecessor): Promise<Job>;
  /** Throws Problem unknown_job. */
  get(id: string): Promise<Job>;
  /** Throws Problem unknown_job unless the job is there and within the scope. */
  requireWithin(id: string, scope: Scope): Promise<void>;
  /** Newest first. `after` is the id of the last one seen. */
  list(query: { scope: Scope; status?: JobStatus; tag?: string; after?: string; limit: number }): Promise<Page<Job>>;
  /** A queued or paused job is cancelled at once; a running one becomes `cancelling`. Final jobs stay as they are: throws Problem job_conflict unless it is cancelled already. */
  cancel(id: string): Promise<Job>;
  /** A queued job is paused at once, a running one becomes `pausing`. Throws Problem job_conflict. */
  pause(id: string): Promise<Job>;
  /** Until so many more updates are made, or to its end. Throws Problem job_conflict unless the job is paused or, without `pauseAfter`, pausing. */
  resume(id: string, pauseAfter?: number): Promise<Job>;
  /** Forgets a job that is over, with all that belongs to it. Throws Problem job_conflict for one that is not. */
  delete(id: string): Promise<void>;

  /**
   * Takes a job for work: its attempt rises, its status is `running` (a `started` or `resumed` event says so), and metrics beyond the
   * checkpoint to go on from are forgotten. null when there is nothing to do: it is over or paused; `cancelling` and `pausing` jobs are brought to their end here,
   * and one that was tried too often without a newer checkpoint fails with worker_lost.
   */
  claim(id: string): Promise<Claim | null>;
  /**
   * The weights or the state of the checkpoint that was to be gone on from are damaged or gone: answers the one before it, with what the
   * metrics say beyond that one forgotten, or null: from the beginning. An event says so. Throws LostJob.
   */
  passOver(id: string, attempt: number, lost: LostPart): Promise<Checkpoint | null>;
  /**
   * Writes what happened; answers what the job should do next. While the storage does not answer it is tried again for a while, or until
   * `impatience` is aborted. Throws LostJob.
   */
  report(id: string, attempt: number, report: Report, impatience?: AbortSignal): Promise<{ readonly status: JobStatus }>;
  /** Ends this attempt: over, paused, or back in the queue (`queued`, which dispatches it again). Tries again as `report` does. Throws LostJob. */
  finish(id: string, attempt: number, outcome: JobOutcome, report?: Report, impatience?: AbortSignal): Promise<void>;

  events(id: string, query: { after: number; limit: number }): Promise<Page<JobEvent>>;
  /** Rows of steps beyond `after`, in the order of steps; a step has one row, the last that was reported for it. */
  metrics(id: string, query: { after: number; limit: number }): Promise<Page<MetricsRow>>;
  /** Newest first. */
  checkpoints(id: string): Promise<readonly Checkpoint[]>;
  /** Calls back whenever a job has new events, wherever they were written; returns how to stop. May call without need, and is backed by polling. */
  watch(id: string, onChange: () => void): () => void;
  stats(): Promise<QueueStats>;
}

export interface QueueStats {
  readonly byStatus: Readonly<Record<JobStatus, number>>;
  /** How long the oldest queued job has waited, in seconds; 0 with none. */
  readonly oldestWaitSeconds: number;
}

/**
 * Content-addressed bytes. A digest is 64 hexadecimal digits of SHA-256. Whatever is read is what was kept: else Problem damaged_content or
 * missing_content is thrown. Keeping the same again heals what is damaged.
 */
export interface Blobs {
  /** Keeps bytes whose digest the caller has computed. Durable when it is fulfilled. Throws Problem storage_full, storage_unavailable. */
  put(digest: string, bytes: Uint8Array): Promise<void>;
  /** The same for a file, which is moved or copied. */
  putFile(digest: string, path: string): Promise<void>;
  size(digest: string): Promise<number | null>;
  stream(digest: string): Promise<Readable>;
  read(digest: string): Promise<Buffer<ArrayBuffer>>;
  /** The path of a file on this machine with the blob's bytes, fetched if it must be: threads read it by themselves. */
  localPath(digest: string): Promise<string>;
}

export interface NewDataset {
  /** `sha256:` and the digest of its blob, a safetensors file with its tensors. */
  readonly id: string;
  readonly name: string;
  readonly created_at: number;
  readonly bytes: number;
  /** Format, rows, tensors and whatever else describes it, as clients see it. */
  readonly description: JsonObject;
}

/** A dataset as it is claimed, with the name that the owner has given it. */
export interface Dataset extends NewDataset {
  /** Of several, whoever asks or, who sees all, the first. */
  readonly owner: string;
}

export interface DatasetStore {
  /**
   * Claims a dataset for its owner; false when the owner had one with this id already, which then stays as it is. `share` is how many bytes
   * the owner may keep. Throws Problem quota_exceeded.
   */
  add(dataset: NewDataset, owner: string, share: number | null): Promise<boolean>;
  /** Throws Problem unknown_dataset. */
  get(id: string, scope: Scope): Promise<Dataset>;
  list(query: { scope: Scope; after?: string; limit: number }): Promise<Page<Dataset>>;
  /** Throws Problem unknown_dataset, dataset_in_use, forbidden. */
  delete(id: string, scope: Scope): Promise<void>;
}

/** What a client calls a request of its own; `scope` is the client. */
export interface IdempotencyKey {
  readonly scope: string;
  readonly key: string;
}

/** First answers by idempotency key, kept for a day. */
export interface IdempotencyStore {
  /** Takes the key for this body, or says what came of it: the first answer, still in flight, or another body. */
  begin(
    scope: string,
    key: string,
    bodyDigest: string,
  ): Promise<{ readonly state: "taken" | "in_flight" | "mismatch" } | { readonly state: "done"; readonly jobId: string }>;
  /** The same as the second argument of JobStore.create, on its own. */
  done(scope: string, key: string, jobId: string): Promise<void>;
  /** Gives the key up, after a refusal. */
  release(scope: string, key: string): Promise<void>;
}

/** Tickets, each of which opens the events of one job once. */
export interface TicketStore {
  /** Throws Problem rate_limited. */
  issue(jobId: string, client: string): Promise<{ readonly ticket: string; readonly expiresAt: number }>;
  /** Whom it was given to, the first time that it is shown for its job and in time; else null. */
  redeem(ticket: string, jobId: string): Promise<string | null>;
}

/** A job that is over, and whose webhook has not been told. */
export interface DueWebhook {
  readonly jobId: string;
  /** How often it has been tried, this time included. */
  readonly tries: number;
}

/** Webhooks that are owed: each is there from the moment that its job is over, in the same transaction, until it is settled. */
export interface WebhookStore {
  /** Takes at most so many that are due, for so many milliseconds: if they are not settled until then, they are due again. */
  take(limit: number, leaseMs: number): Promise<readonly DueWebhook[]>;
  /** Says when to try again, in milliseconds since 1970; null: never. */
  settle(jobId: string, dueAt: number | null): Promise<void>;
}

/** How much of something is kept at the most. */
export interface GraphShare {
  readonly graphs: number;
  readonly bytes: number;
}

/** Registered graphs where processes share no folder: writes reach the store, and what is missing here is fetched. */
export interface GraphStore {
  /** Keeps an owner's graph, and forgets those of the same owner that have not been used for longest where they are more than its share. */
  put(owner: string, id: string, text: string, share: GraphShare): Promise<void>;
  /** Whose graph it is that the owner uses under this id: its own or everyone's; null when there is none. */
  use(owner: string, id: string): Promise<{ readonly owner: string } | null>;
  read(owner: string, id: string): Promise<string | null>;
  /** Whether there was one. */
  delete(owner: string, id: string): Promise<boolean>;
}

/** What can be done with a storage: everything; what needs no room, and ending and deleting; nothing. */
export const storageStates = ["available", "full", "unavailable"] as const;
export type StorageState = (typeof storageStates)[number];

/** Everything that is kept. `close` waits for what is under way. */
export interface Storage extends AsyncDisposable {
  readonly jobs: JobStore;
  readonly blobs: Blobs;
  readonly datasets: DatasetStore;
  readonly idempotency: IdempotencyStore;
  readonly webhooks: WebhookStore;
  readonly tickets: TicketStore;
  readonly graphs: GraphStore | null;
  /** Whether the database answers and has room, for /readyz. */
  ready(): Promise<StorageState>;
  /** How much it is asked at this moment and has not answered: most of that waits for its turn. */
  underWay(): number;
  /** Begins to hand jobs to `work`, at most `concurrency` at once; `work` is fulfilled when this dispatch is over. Aborting the signal means that the dispatch is no longer ours. */
  dispatch(work: (id: string, signal: AbortSignal) => Promise<void>, concurrency: number): Promise<Dispatching>;
  /** Forgets what nobody needs any more: old events and keys, and blobs that nothing refers to. Happens every few minutes by itself. */
  sweep(): Promise<Swept>;
}

/** How much a sweep removed. */
export interface Swept {
  readonly events: number;
  readonly keys: number;
  readonly blobs: number;
}

export interface Dispatching {
  /** How long one dispatch of a job may last, in seconds: before that it is finished with `queued`, and dispatched again. */
  readonly segmentSeconds: number;
  /** Takes no more jobs; fulfilled when those under way are over. */
  stop(): Promise<void>;
}
