import type { Storage } from "../../../jobs/contract.ts";
import type { JobFeeds } from "../../../jobs/job-feed.ts";
import type { Keys } from "../../../clients/keys.ts";
import type { Workers } from "../../../workers/pool.ts";
import type { Listeners } from "../listeners.ts";

/** What the routes of jobs are given. */
export interface JobParts {
  readonly pool: Workers;
  readonly storage: Storage;
  readonly keys: Keys;
  /** Whether webhooks may go to addresses of a private network. */
  readonly privateWebhooks: boolean;
  /** Those who wait for news of jobs, and what they share. */
  readonly listeners: Listeners;
  readonly feeds: JobFeeds<Buffer>;
}
