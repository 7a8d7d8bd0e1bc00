import { openCluster } from "./cluster.ts";
import type { Storage } from "./contract.ts";
import { openEmbedded } from "./embedded.ts";
import { postgresAt } from "./postgres.ts";
import { complete, type StorageOptions } from "./storage-settings.ts";

/** Opens what keeps jobs and data, and brings its tables up to date. Throws FolderInUse and FolderUnusable, and Problem when the database cannot be reached. */
export function openStorage(options: StorageOptions): Promise<Storage> {
  const settings = complete(options);
  const { databaseUrl } = settings;
  return databaseUrl === null ? openEmbedded(settings) : openCluster(settings, (onError) => postgresAt(databaseUrl, onError));
}
