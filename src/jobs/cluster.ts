/** The storage of any number of processes: PostgreSQL keeps everything, and pg-boss in it dispatches the jobs. */
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import { PgBoss } from "pg-boss";
import { releaseJob } from "./attempts.ts";
import { BlobCache } from "./blob-cache.ts";
import { BossDispatcher } from "./boss-dispatch.ts";
import { ClusterWatchers } from "./cluster-watchers.ts";
import type { Storage } from "./contract.ts";
import { DatabaseBlobs } from "./database-blobs.ts";
import { Database } from "./database.ts";
import { createDatasetStore } from "./datasets.ts";
import { storageFault, translated } from "./faults.ts";
import { createGraphStore } from "./graph-store.ts";
import { createIdempotencyStore } from "./idempotency.ts";
import { createJobStore } from "./job-store.ts";
import type { Parts } from "./parts.ts";
import type { Server } from "./postgres.ts";
import { Sweeper, sweepRegularly, unreferencedBlobs } from "./retention.ts";
import { type Connection, type Tables, migrate } from "./schema.ts";
import type { StorageSettings } from "./storage-settings.ts";
import { createTicketStore } from "./tickets.ts";
import { createWebhookStore } from "./webhook-store.ts";
import { DatabaseUnusable, oldestServer } from "./unusable-database.ts";

/** Milliseconds in which a database that is well answers. */
const answerMs = 2_000;

/** Seconds between two looks for workers that are gone. Whichever process looks first looks for all. */
const superviseSeconds = 2;

/** While the database does not answer, everything that uses it fails: it is told this often, in milliseconds. */
const tellMs = 10_000;

export async function openCluster(settings: StorageSettings, connect: (onError: (error: unknown) => void) => Server): Promise<Storage> {
  const onError = sparingly(settings.onError);
  const { dialect, boss: connection } = connect(onError);
  const database = new Database(new Kysely<Tables>({ dialect }));
  const boss = new PgBoss({
    ...connection,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
  });
  boss.on("error", onError);
  const dispatcher = new BossDispatcher(boss, {
    database,
    onError,
    release: (id) => releaseJob(parts, id),
    limitsOf: settings.caps.limitsOf,
  });
  const watchers = new ClusterWatchers(database, onError);
  const cache = new BlobCache(join(settings.dataDir, "cache", "blobs"), settings.cacheBytes);
  const blobs = new DatabaseBlobs(database, cache, settings.maxBytes);
  const discard = (digests: readonly string[]): Promise<void> =>
    blobs.discard(digests, (some) => unreferencedBlobs(database, some)).catch(onError);
  const parts: Parts = { ...settings, database, dispatcher, watchers, discard };
  try {
    await database.query(requireVersion);
    await database.query((db) => migrate(db, true));
    await translated(async () => {
      await boss.start();
      await dispatcher.open();
      await watchers.open(boss.getDb());
    });
  } catch (error) {
    await boss.stop({ graceful: false });
    await database.close();
    throw error;
  }
  return assemble({ ...settings, onError }, parts, { boss, blobs, dispatcher, watchers });
}

/** What an older server does not know would be told statement by statement. */
async function requireVersion(db: Connection): Promise<void> {
  const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db);
  const [{ version }] = rows;
  if (parseInt(version) >= oldestServer) return;
  throw new DatabaseUnusable(`The database is a PostgreSQL of version ${version}, and the oldest that will do is ${oldestServer}.`);
}

interface Running {
  readonly boss: PgBoss;
  readonly blobs: DatabaseBlobs;
  readonly dispatcher: BossDispatcher;
  readonly watchers: ClusterWatchers;
}

function assemble(settings: StorageSettings, parts: Parts, { boss, blobs, dispatcher, watchers }: Running): Storage {
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
    graphs: createGraphStore(database),
    ready: () => database.state(answerMs),
    underWay: () => database.underWay,
    dispatch: (work, concurrency) => dispatcher.start(work, concurrency, settings.segmentSeconds),
    sweep: sweepOnce,
    [Symbol.asyncDispose]: async () => {
      await stopSweeping();
      await watchers.close();
      await boss.stop();
      await database.close();
    },
  };
}

/** Tells of every error, but of a database that does not answer only now and then. */
function sparingly(onError: (error: unknown) => void): (error: unknown) => void {
  let told = -Infinity;
  return (error) => {
    const isFault = storageFault(error) !== null;
    if (isFault && performance.now() - told < tellMs) return;
    if (isFault) told = performance.now();
    onError(error);
  };
}
