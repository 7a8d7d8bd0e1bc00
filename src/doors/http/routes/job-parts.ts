import type { Storage } from "../../../jobs/contract.ts";
import type { Workers } from "../../../workers/pool.ts";

/** What the routes of jobs are given. */
export interface JobParts {
  readonly pool: Workers;
  readonly storage: Storage;
  readonly apiKeys: readonly string[];
  /** Whether webhooks may go to addresses of a private network. */
  readonly privateWebhooks: boolean;
}
