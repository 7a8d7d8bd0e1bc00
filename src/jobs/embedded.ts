/** The storage of one process: SQLite and files in a folder that no other process uses. */
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { activeStatuses, releaseJob } from "./attempts.ts";
import type { Storage } from "./contract.ts";
import { Database } from "./database.ts";
import { createDatasetStore } from "./datasets.ts";
import { FileBlobs } from "./file-blobs.ts";
import { damageOf, isFull } from "./faults.ts";
import { damagedFolder, lockFolder } from "./folder-lock.ts";
import { createIdempotencyStore, releaseAllKeys } from "./idempotency.ts";
import { createJobStore } from "./job-store.ts";
import { LocalDispatcher } from "./local-dispatch.ts";
import type { Parts } from "./parts.ts";
import { Sweeper, sweepRegularly, unreferencedBlobs } from "./retention.ts";
import { giveUpReserve, Room } from "./room.ts";
import { migrate } from "./schema.ts";
import { databaseName, openSqlite } from "./sqlite.ts";
import type { StorageSettings } from "./storage-settings.ts";
import { WatchList } from "./watch-list.ts";
import { createTicketStore } from "./tickets.ts";
import { createWebhookStore } from "./webhook-store.ts";

/** Milliseconds in which a database that is well answers. */
const answerMs = 2_000;

export async function openEmbedded(settings: StorageSettings): Promise<Storage> {
  const { dataDir, onError } = settings;
  const unlock = locked(dataDir);
  const blobsFolder = join(dataDir, "blobs");
  const room = await Room.of(dataDir, settings.maxBytes, await FileBlobs.bytesIn(blobsFolder));
  const database = new Database(openSqlite(join(dataDir, databaseName)), { room, onDamage: onError });
  try {
    await database.query((db) => migrate(db, false));
    const blobs = await FileBlobs.open(blobsFolder, room);
    const dispatcher = new LocalDispatcher({ database, onError, release: (id) => releaseJob(parts, id), limitsOf: settings.caps.limitsOf });
    const discard = (digests: readonly string[]): Promise<void> =>
      blobs.discard(digests, (some) => unreferencedBlobs(database, some)).catch(onError);
    const parts: Parts = { ...settings, database, dispatcher, watchers: new WatchList(), discard };
    await releaseAllKeys(database);
    await releaseAllJobs(parts);
    return assemble(settings, parts, dispatcher, blobs, unlock);
  } catch (error) {
    await database.close();
    unlock();
    const damage = damageOf(error);
    throw damage === null ? error : damagedFolder(dataDir, damage);
  }
}

function assemble(settings: StorageSettings, parts: Parts, dispatcher: LocalDispatcher, blobs: FileBlobs, unlock: () => void): Storage {
  const { database } = parts;
  const sweeper = new Sweeper(database, settings.retention);
  const sweepOnce = () => sweeper.sweep((before, unreferenced) => blobs.sweep(before, unreferenced));
  const stopSweeping = sweepRegularly(sweepOnce, settings.retention.everyMs, settings.onError);
  return {
    jobs: createJobStore(parts),
    blobs,
    datasets: createDatasetStore(parts),
    idempotency: createIdempotencyStore(database),
    webhooks: createWebhookStore(database),
    tickets: createTicketStore(database),
    graphs: null,
    ready: async () => ((await isThere(settings.dataDir)) ? database.state(answerMs) : "unavailable"),
    underWay: () => database.underWay,
    dispatch: async (work, concurrency) => dispatcher.start(work, concurrency, settings.segmentSeconds),
    sweep: sweepOnce,
    [Symbol.asyncDispose]: async () => {
      await stopSweeping();
      await dispatcher.stop();
      await database.close();
      unlock();
    },
  };
}

/** Whether the folder is still the one that was opened, and may be written to: a database whose file has gone answers nevertheless. */
async function isThere(folder: string): Promise<boolean> {
  const needed = [databaseName, "blobs/drafts"].map((name) => access(join(folder, name), constants.W_OK));
  return Promise.all(needed).then(
    () => true,
    () => false,
  );
}

/** Takes the folder. On a full disk even that takes room. */
function locked(folder: string): () => void {
  try {
    return lockFolder(folder);
  } catch (error) {
    if (!isFull(error)) throw error;
    giveUpReserve(folder);
    return lockFolder(folder);
  }
}

/** Nobody works on any job when the process that did so has ended. */
async function releaseAllJobs(parts: Parts): Promise<void> {
  const rows = await parts.database.query((db) => db.selectFrom("jobs").select("id").where("status", "in", activeStatuses).execute());
  for (const { id } of rows) await releaseJob(parts, id);
}
