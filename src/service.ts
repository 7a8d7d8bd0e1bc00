import { join } from "node:path";
import { distance } from "fastest-levenshtein";
import type { Logger } from "pino";
import about from "../package.json" with { type: "json" };
import {
  type Config,
  ConfigError,
  foreignNames,
  isRunByNpm,
  keepThreadsFromReporting,
  readConfig,
  threadsOf,
  variables,
} from "./config.ts";
import { type MemoryBudget, budgetOf } from "./memory/budget.ts";
import { collectGarbage } from "./memory/garbage.ts";
import { leastFor, suffices } from "./memory/shares.ts";
import { Keys } from "./clients/keys.ts";
import { KeysFault } from "./clients/keys-file.ts";
import { watchKeys } from "./clients/watch-keys.ts";
import { buildApp } from "./doors/http/app.ts";
import { createLogger, flushed } from "./doors/http/logger.ts";
import { CannotListen, listen } from "./doors/http/listen.ts";
import { JobMeter } from "./doors/http/plugins/job-metrics.ts";
import type { Storage } from "./jobs/contract.ts";
import { DatabaseUnusable } from "./jobs/unusable-database.ts";
import { FolderInUse, FolderUnusable } from "./jobs/folder-lock.ts";
import type { RunnerTrouble } from "./jobs/run.ts";
import { type GraphCaps, RegisteredGraphs } from "./jobs/registered-graphs.ts";
import { openStorage } from "./jobs/storage.ts";
import { Webhooks } from "./jobs/webhooks.ts";
import { limitsOf } from "./request/limits.ts";
import { Problem } from "./problems/problems.ts";
import type { Shutdown } from "./shutdown.ts";
import { startPool, startTrainers } from "./threads.ts";
import type { OpenTelemetry } from "./tracing/opentelemetry.ts";
import { traceOf } from "./tracing/tracing.ts";

/** A task that was asked to stop has this long, in milliseconds, before its thread is ended. */
const graceMs = 1_000;

/** When the service stops, answers that are under way have so much longer than their own deadline, in milliseconds, to be sent. */
const sendingMs = 2_000;

/** And the rest of the process, which is ended then, this long after it, in milliseconds. */
const hangingMs = 5_000;

/** With so many bytes of memory a few more do not matter. */
const plentyBytes = 4 * 2 ** 30;

function configured(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Starts the service, which is closed when it is asked to stop. */
export async function start(shutdown: Shutdown): Promise<void> {
  const config = configured();
  if (isRunByNpm()) shutdown.withParent();
  keepThreadsFromReporting();
  const logger = createLogger(config.LOG_LEVEL);
  tellOfMisspelt(logger);
  const graphsFolder = join(config.DATA_DIR, "graphs");
  const tracing = await collector(config, logger);
  const traces = tracing === undefined ? {} : { tracing };
  const keys = known(config);
  const storage = await opened(config, keys, logger);
  const budget = affordable(config);
  const settings = { limits: limitsOf(config), graphsFolder, threads: config.THREADS, budget };
  const pool = startPool({
    ...settings,
    workers: threadsOf(config).workers,
    queueLimit: config.MAX_QUEUE,
    deadlineMs: config.DEADLINE_MS,
    graceMs,
    isTimed: tracing !== undefined,
    onWorkerError: ({ kind, task, trace }) => logger.error({ kind, task, trace }, "trouble in a worker"),
  });
  const meter = new JobMeter();
  const app = await buildApp({
    pool,
    jobs: {
      storage,
      meter,
      privateWebhooks: config.WEBHOOK_PRIVATE_ADDRESSES,
      listeners: { all: config.MAX_STREAMS, perClient: config.MAX_STREAMS_PER_CLIENT },
    },
    datasets: {
      blobs: storage.blobs,
      datasets: storage.datasets,
      uploadsFolder: join(config.DATA_DIR, "uploads"),
      maxDatasetBytes: config.MAX_DATASET_BYTES,
    },
    graphs: new RegisteredGraphs(graphsFolder, { store: storage.graphs, caps: graphCaps(config) }),
    usualShare: config.MAX_STORED_BYTES_PER_CLIENT === 0 ? null : config.MAX_STORED_BYTES_PER_CLIENT,
    role: config.ROLE,
    logger,
    ...traces,
    keys,
    rateLimit: config.RATE_LIMIT,
    ...(config.OPERATIONS_PER_MINUTE > 0 && { operationsPerMinute: config.OPERATIONS_PER_MINUTE }),
    corsOrigins: config.CORS_ORIGIN,
    trustProxy: config.TRUST_PROXY,
    maxBodyBytes: config.MAX_BODY_BYTES,
    maxPendingBytes: config.MAX_PENDING_BYTES,
    memory: budget,
    maxConnections: budget.shares.connections,
    deadlineMs: config.DEADLINE_MS,
  });
  const onTrouble = ({ job, trace, traceparent }: RunnerTrouble): void =>
    logger.error({ job, trace, ...traceOf(traceparent) }, "trouble in a trainer");
  const trainers =
    config.ROLE === "api" ? null : await startTrainers({ ...settings, storage, meter, trainers: config.TRAINERS, onTrouble, ...traces });

  const webhooks = new Webhooks({
    storage,
    allowPrivate: config.WEBHOOK_PRIVATE_ADDRESSES,
    ...traces,
    onTried: (outcome, { id, traceparent }, detail) => {
      meter.webhookTried(outcome);
      logger.info({ job: id, outcome, detail, ...traceOf(traceparent) }, "webhook");
    },
    onError: (error) => logger.error({ err: error }, "trouble with webhooks"),
  });

  const watching =
    config.KEYS_FILE === null
      ? undefined
      : watchKeys(keys, config.KEYS_FILE, {
          onReloaded: ({ clients, added, removed }) =>
            logger.info({ audit: true, action: "reloadKeys", outcome: "done", clients, added, removed }, "audit"),
          onFault: ({ message }) => logger.error({ audit: true, action: "reloadKeys", outcome: "refused", detail: message }, "audit"),
        });

  const patienceMs = config.DEADLINE_MS + graceMs + sendingMs;
  // That signal has the keys read anew.
  if (watching !== undefined) shutdown.spare("SIGHUP");
  shutdown.by(
    async ({ signal, err }) => {
      if (err instanceof CannotListen) process.stderr.write(`${err.message}\n`);
      else if (err) logger.fatal({ err }, "unforeseen error: stopping");
      else logger.info({ signal }, "stopping");
      // Clients that neither send nor read any more must not keep the service from stopping.
      const impatience = setTimeout(() => app.server.closeAllConnections(), patienceMs);
      await Promise.all([app.close(), trainers?.close()]);
      clearTimeout(impatience);
      watching?.[Symbol.dispose]();
      await pool.close({ drainMs: 0 });
      await webhooks[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
      await tracing?.[Symbol.asyncDispose]();
      logger.info("stopped");
      await flushed(logger);
    },
    // What hangs even so, as a server of the database may that is frozen, is left to the others of a cluster or to the next start.
    { withinMs: patienceMs + hangingMs, onSecond: () => logger.warn("asked twice to stop: stopping at once") },
  );

  try {
    await listen(app, config.HOST, config.PORT);
    await pool.ready;
  } catch (error) {
    // Whoever is asked to stop while it starts has nothing to be ready for any more.
    if (shutdown.isAsked) return;
    throw error;
  }
  // What loading left behind is a part of a small memory; of a large one it is little, and requests pay for a heap that was cut down.
  if (config.MAX_MEMORY < plentyBytes) collectGarbage();
  logger.info({ role: config.ROLE, workers: config.WORKERS, trainers: trainers === null ? 0 : config.TRAINERS }, "ready");
}

/** Variables whose names are nearly ours are misspelt, or somebody else's: the log names them. */
function tellOfMisspelt(logger: Logger): void {
  for (const variable of foreignNames()) {
    const meant = Object.keys(variables).find((name) => isSlip(variable.toUpperCase(), name));
    if (meant !== undefined) logger.warn({ variable, meant }, "a variable that the service does not know is nearly one that it does");
  }
}

const isSlip = (name: string, meant: string): boolean =>
  (name.length > 4 && meant.startsWith(name)) || distance(name, meant) <= (meant.length < 6 ? 1 : 2);

/** Who collects spans, where somebody does. */
async function collector({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ROLE }: Config, logger: Logger): Promise<OpenTelemetry | undefined> {
  if (endpoint === null) return undefined;
  // Loaded only then: it is large.
  const { OpenTelemetry } = await import("./tracing/opentelemetry.ts");
  return new OpenTelemetry({
    resource: { "service.name": "adjoint", "service.version": about.version, "adjoint.role": ROLE },
    onTrouble: (message) => logger.warn({ detail: message }, "trouble with tracing"),
  });
}

/** The memory and who gets what of it. Where it is too little the process ends, and says what would do. */
function affordable(config: Config): MemoryBudget {
  const threads = threadsOf(config);
  const budget = budgetOf(config.MAX_MEMORY, threads);
  if (suffices(budget.shares)) return budget;
  const least = Math.ceil(leastFor(threads) / 2 ** 20);
  process.stderr.write(
    `There are ${amountOf(config.MAX_MEMORY)} of memory, and ${threads.workers} workers with ${threads.trainers} trainers need ${least} MB: ` +
      "give the container more, or set WORKERS, TRAINERS and THREADS lower.\n",
  );
  process.exit(1);
}

/** MAX_MEMORY=512 is taken for megabytes, and is none. */
const amountOf = (bytes: number): string => (bytes < 2 ** 20 ? `${bytes} bytes` : `${Math.floor(bytes / 2 ** 20)} MB`);

function graphCaps(config: Config): GraphCaps {
  return {
    ofClient: { graphs: config.MAX_GRAPHS_PER_CLIENT, bytes: config.MAX_GRAPH_BYTES_PER_CLIENT },
    ofAll: { graphs: config.MAX_GRAPHS, bytes: config.MAX_GRAPH_BYTES },
  };
}

/** The keys. Where their file cannot be used the process ends, and says why. */
function known(config: Config): Keys {
  try {
    const keys = new Keys({ apiKeys: config.API_KEYS, file: config.KEYS_FILE });
    if (!keys.isOpen && keys.clients === 0)
      throw new KeysFault(`The file of keys ${config.KEYS_FILE} lists none: nobody could use the service.`);
    return keys;
  } catch (error) {
    if (!(error instanceof KeysFault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Opens what keeps jobs and data. Where that cannot be had the process ends, and says why. */
async function opened(config: Config, keys: Keys, logger: Logger): Promise<Storage> {
  try {
    return await openStorage({
      dataDir: config.DATA_DIR,
      databaseUrl: config.DATABASE_URL,
      caps: {
        queued: config.MAX_QUEUED_JOBS,
        queuedPerClient: config.MAX_QUEUED_JOBS_PER_CLIENT,
        attempts: config.JOB_ATTEMPTS,
        historyRows: config.MAX_HISTORY_ROWS,
        limitsOf: (client) => keys.named(client)?.limits ?? {},
      },
      maxBytes: config.MAX_STORAGE_BYTES,
      onError: (error) => logger.error({ err: error }, "trouble in the storage"),
    });
  } catch (error) {
    const isForeseen = [FolderInUse, FolderUnusable, DatabaseUnusable, Problem].some((kind) => error instanceof kind);
    if (!(isForeseen && error instanceof Error)) throw error;
    process.stderr.write(`${error instanceof Problem ? error.detail : error.message}\n`);
    process.exit(1);
  }
}
