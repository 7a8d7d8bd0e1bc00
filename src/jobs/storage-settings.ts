import type { Caps } from "./parts.ts";
import { type Retention, defaultRetention } from "./retention.ts";

export interface StorageOptions {
  /** The folder for what is kept, or for what is fetched from the database. */
  readonly dataDir: string;
  /** `postgres://…`; null: SQLite and files in the folder, which then is this process's alone. */
  readonly databaseUrl?: string | null;
  readonly caps?: Partial<Caps>;
  readonly retention?: Partial<Retention>;
  /** How long writes of an attempt are tried again while the storage does not answer, in milliseconds. */
  readonly patienceMs?: number;
  /** How long one dispatch of a job may last, in seconds; null: half a day in a cluster, without end in one process. */
  readonly segmentSeconds?: number | null;
  /** Bytes of blobs of the database that are kept in files of this machine as well. */
  readonly cacheBytes?: number;
  /** Bytes of content that may be kept in all; 0: what follows from the disk, or no limit in a database. */
  readonly maxBytes?: number;
  /** Told of what fails in the background and has no caller. */
  readonly onError: (error: unknown) => void;
}

/** The options with nothing left out. */
export interface StorageSettings extends Required<StorageOptions> {
  readonly caps: Caps;
  readonly retention: Retention;
}

const defaultCaps: Caps = Object.freeze({ queued: 10_000, queuedPerClient: 1_000, limitsOf: () => ({}), attempts: 3, historyRows: 20_000 });
const defaultPatienceMs = 60_000;
const defaultCacheBytes = 16 * 2 ** 30;

/** Fills in what options leave out. */
export function complete({ caps, retention, ...options }: StorageOptions): StorageSettings {
  return {
    databaseUrl: null,
    patienceMs: defaultPatienceMs,
    segmentSeconds: null,
    cacheBytes: defaultCacheBytes,
    maxBytes: 0,
    ...options,
    caps: { ...defaultCaps, ...caps },
    retention: { ...defaultRetention, ...retention },
  };
}
