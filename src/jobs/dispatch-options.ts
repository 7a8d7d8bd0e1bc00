import type { ClientLimits } from "../clients/client.ts";
import type { Database } from "./database.ts";

/** What a dispatcher needs of the store, beside the queue. */
export interface DispatchOptions {
  readonly database: Database;
  /** Puts a job that nobody works on any more back into the queue. */
  readonly release: (id: string) => Promise<void>;
  /** What one client may have. */
  readonly limitsOf?: ((client: string) => ClientLimits) | undefined;
  readonly onError: (error: unknown) => void;
}
