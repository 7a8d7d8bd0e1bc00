import type { Storage } from "./contract.ts";
import { openEmbedded } from "./embedded.ts";
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
  /** Told of what fails in the background and has no caller. */
  readonly onError: (error: unknown) => void;
}

/** The options with nothing left out. */
export interface StorageSettings extends Required<StorageOptions> {
  readonly caps: Caps;
  readonly retention: Retention;
}

const defaultCaps: Caps = Object.freeze({ queued: 10_000, queuedPerClient: 1_000, attempts: 3 });
const defaultPatienceMs = 60_000;

/** Opens what keeps jobs and data, and brings its tables up to date. Throws FolderInUse, and Problem when the database cannot be reached. */
export async function openStorage({
  databaseUrl = null,
  patienceMs = defaultPatienceMs,
  caps,
  retention,
  ...options
}: StorageOptions): Promise<Storage> {
  const settings: StorageSettings = {
    ...options,
    databaseUrl,
    patienceMs,
    caps: { ...defaultCaps, ...caps },
    retention: { ...defaultRetention, ...retention },
  };
  return openEmbedded(settings);
}
