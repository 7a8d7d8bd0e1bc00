import type { Database } from "./database.ts";

/** What a dispatcher needs of the store, beside the queue. */
export interface DispatchOptions {
  readonly database: Database;
  /** Puts a job that nobody works on any more back into the queue. */
  readonly release: (id: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}
