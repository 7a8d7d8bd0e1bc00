import { openCluster } from "./cluster.ts";
import type { Storage } from "./contract.ts";
import { openEmbedded } from "./embedded.ts";
import { postgresAt } from "./postgres.ts";
import { complete, type StorageOptions } from "./storage-settings.ts";
import { inWords } from "./unusable-database.ts";

/** Opens what keeps jobs and data, and brings its tables up to date. Throws FolderInUse, FolderUnusable and DatabaseUnusable. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const settings = complete(options);
  const { databaseUrl } = settings;
  if (databaseUrl === null) return openEmbedded(settings);
  try {
    return await openCluster(settings, (onError) => postgresAt(databaseUrl, onError));
  } catch (error) {
    throw inWords(databaseUrl, error);
  }
}
