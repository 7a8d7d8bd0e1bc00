/**
 * What the parts of the store share: the database, who tells of changes, and who takes jobs to those that work. Where one process does
 * everything, both are in its memory; in a cluster both are in PostgreSQL, inside the transaction of the change.
 */
import type { ClientLimits } from "../clients/client.ts";
import type { Database } from "./database.ts";
import type { Connection } from "./schema.ts";

/** A job that waits. */
export interface QueuedJob {
  readonly id: string;
  /** Whether it goes before those that have not begun: it was given back in good order. */
  readonly isFirst: boolean;
  /** It rests until then, in milliseconds since 1970; null: it may be taken at once. */
  readonly due: number | null;
}

/** Takes the jobs that wait to those that work. */
export interface Dispatcher {
  /** Sends a job on its way with the transaction that queues it. Answers the id of this dispatch, where it has one. */
  send(tx: Connection, job: QueuedJob): Promise<string | null>;
  /** Ends a dispatch with the transaction that ends its purpose: the job is done, paused or withdrawn. */
  settle(tx: Connection, dispatch: string): Promise<void>;
  /** Something was queued, and its transaction is over. */
  wake(): void;
}

/** Tells those who watch a job that it has new events. */
export interface Watchers {
  /** Tells other processes, with the transaction that writes the events. */
  announce(tx: Connection, id: string): Promise<void>;
  /** Tells this process, when the transaction is over. */
  changed(id: string): void;
  watch(id: string, onChange: () => void): () => void;
}

export interface Caps {
  /** Jobs that may wait, of all clients and of one. */
  readonly queued: number;
  readonly queuedPerClient: number;
  /** What one client may have where that differs. */
  readonly limitsOf: (client: string) => ClientLimits;
  /** Attempts without a newer checkpoint, after which a job fails. */
  readonly attempts: number;
  /** Rows of metrics that a job may keep. */
  readonly historyRows: number;
}

export interface Parts {
  readonly database: Database;
  readonly dispatcher: Dispatcher;
  readonly watchers: Watchers;
  readonly caps: Caps;
  /** Removes blobs that have lost a reference, unless there is another. What fails is left to the sweep. */
  readonly discard: (digests: readonly string[]) => Promise<void>;
  /** How long writes of an attempt are tried again while the storage does not answer, in milliseconds. */
  readonly patienceMs: number;
}
