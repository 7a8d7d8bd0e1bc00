import { join } from "node:path";
import closeWithGrace from "close-with-grace";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { WorkerPool } from "./engine/pool.ts";
import { buildApp } from "./http/app.ts";
import { createLogger, flushed } from "./http/logger.ts";
import { limitsOf } from "./wire/limits.ts";
import type { WorkerSettings } from "./worker.ts";

/** A task that was asked to stop has this long, in milliseconds, before its thread is ended. */
const graceMs = 1_000;

/** When the service stops, answers that are under way have so much longer than their own deadline, in milliseconds, to be sent. */
const sendingMs = 2_000;

await start(configured());

function configured(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function start(config: Config): Promise<void> {
  const logger = createLogger(config.LOG_LEVEL);
  const settings: WorkerSettings = { limits: limitsOf(config), graphsFolder: join(config.DATA_DIR, "graphs") };
  const pool = new WorkerPool({
    script: new URL("./worker.ts", import.meta.url),
    workerData: settings,
    workers: config.WORKERS,
    threads: config.THREADS,
    queueLimit: config.MAX_QUEUE,
    deadlineMs: config.DEADLINE_MS,
    graceMs,
    onWorkerError: ({ kind, task, trace }) => logger.error({ kind, task, trace }, "trouble in a worker"),
  });
  const app = await buildApp({
    pool,
    logger,
    apiKeys: config.API_KEYS,
    rateLimit: config.RATE_LIMIT,
    corsOrigins: config.CORS_ORIGIN,
    trustProxy: config.TRUST_PROXY,
    maxBodyBytes: config.MAX_BODY_BYTES,
    maxPendingBytes: config.MAX_PENDING_BYTES,
    deadlineMs: config.DEADLINE_MS,
  });

  const patienceMs = config.DEADLINE_MS + graceMs + sendingMs;
  closeWithGrace(
    { delay: false, logger: false, onSecondSignal: () => logger.warn("asked twice to stop: stopping at once") },
    async ({ signal, err }) => {
      if (err) logger.fatal({ err }, "unforeseen error: stopping");
      else logger.info({ signal }, "stopping");
      // Clients that neither send nor read any more must not keep the service from stopping.
      const impatience = setTimeout(() => app.server.closeAllConnections(), patienceMs);
      await app.close();
      clearTimeout(impatience);
      await pool.close({ drainMs: 0 });
      logger.info("stopped");
      await flushed(logger);
    },
  );

  await app.listen({ host: config.HOST, port: config.PORT });
  await pool.ready;
  logger.info({ workers: config.WORKERS }, "ready");
}
