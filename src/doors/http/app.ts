import accepts from "@fastify/accepts";
import { serializerCompiler } from "@fastify/type-provider-zod";
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { Tracing } from "../../tracing/tracing.ts";
import type { MemoryBudget } from "../../memory/budget.ts";
import type { WorkerPool } from "../../workers/pool.ts";
import { tracedWorkers } from "../../workers/traced-workers.ts";
import { allTasks } from "../../workers/tasks.ts";
import type { Storage } from "../../jobs/contract.ts";
import type { DatasetDesk } from "../../jobs/upload.ts";
import type { JobMeter } from "./plugins/job-metrics.ts";
import { type ListenerCaps, Listeners } from "./listeners.ts";
import type { RegisteredGraphs } from "../../jobs/registered-graphs.ts";
import { Keys } from "../../clients/keys.ts";
import { apiKeys, requireApiKey } from "./plugins/auth.ts";
import { auditLog } from "./plugins/audit.ts";
import { compression } from "./plugins/compression.ts";
import { meteredWorkers } from "./metered-workers.ts";
import { crossOrigin } from "./plugins/cors.ts";
import { checkParameters, refuseQueries } from "./parameters.ts";
import { collectMethods, refuseUnrouted } from "./plugins/methods.ts";
import { draining } from "./plugins/draining.ts";
import { messages } from "./plugins/messages.ts";
import { metrics } from "./plugins/metrics.ts";
import { openApi } from "./plugins/openapi.ts";
import { answerClientError, answerWithProblems } from "./plugins/problems.ts";
import { limitRate } from "./plugins/rate-limit.ts";
import { type BodyLimits, takeRawBodies } from "./plugins/raw-bodies.ts";
import { reference } from "./plugins/reference.ts";
import { requestIds, requestLog, sharedLoggers } from "./plugins/request-log.ts";
import { tracing } from "./plugins/tracing.ts";
import { shareGraphs } from "./plugins/shared-graphs.ts";
import { securityHeaders } from "./plugins/security-headers.ts";
import { unsentBodies } from "./plugins/unsent-bodies.ts";
import { operations } from "./routes/operations.ts";
import { datasetUpload } from "./routes/dataset-upload.ts";
import { datasets } from "./routes/datasets.ts";
import { graphs } from "./routes/graphs.ts";
import { health } from "./routes/health.ts";
import { home } from "./routes/home.ts";
import { openApiDocument } from "./routes/openapi.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { operators } from "./routes/operators.ts";
import { problemPages } from "./routes/problems.ts";

export interface JobsOptions {
  readonly storage: Storage;
  readonly meter?: JobMeter;
  /** Whether webhooks may go to addresses of a private network. */
  readonly privateWebhooks?: boolean;
  /** How many may listen to jobs at once. */
  readonly listeners?: ListenerCaps;
}

export interface AppOptions {
  readonly pool: Pick<WorkerPool, "run" | "stats" | "isReady">;
  /** Where training jobs are kept, and what is measured of them in this process; none: the service has no jobs. */
  readonly jobs?: JobsOptions;
  /** Who looks after the files of registered graphs. */
  readonly graphs: RegisteredGraphs;
  /** A worker trains and answers no requests but those about itself. */
  readonly role?: "all" | "api" | "worker";
  /** Where datasets are kept; none: the service has no datasets. */
  readonly datasets?: Omit<DatasetDesk, "pool">;
  /** Bytes that a client may keep that is not told otherwise; none: as many as it likes. */
  readonly usualShare?: number | null;
  readonly logger?: FastifyBaseLogger;
  /** Who collects spans of what happens to requests; none: nobody does. */
  readonly tracing?: Tracing;
  /** Keys that /v1 asks for; none: it asks for none. */
  readonly keys?: Keys;
  /** Requests per minute of one client; 0: no limit. */
  readonly rateLimit?: number;
  /** Operations per minute of one client; 0 or none: no limit. */
  readonly operationsPerMinute?: number;
  /** Origins whose pages may call the service; "*" for all. */
  readonly corsOrigins?: readonly string[];
  /** Whose X-Forwarded-For tells the address of the client: anyone's, or that of these addresses and networks. */
  readonly trustProxy?: boolean | readonly string[];
  readonly maxBodyBytes?: number;
  readonly maxPendingBytes?: number;
  /** The memory of the process, in which long bodies and answers are counted. */
  readonly memory?: Pick<MemoryBudget, "ledger" | "usage">;
  /** Connections that may be open at once. */
  readonly maxConnections?: number;
  /** How long a request may take from its arrival until its answer, in milliseconds. */
  readonly deadlineMs?: number;
  /** A client that takes nothing of a long answer for so many milliseconds is left. */
  readonly unreadMs?: number;
  /** How long a client may take to send its headers, and its whole request, in milliseconds. */
  readonly headersMs?: number;
  readonly requestMs?: number;
}

const usualListeners: ListenerCaps = Object.freeze({ all: 2_000, perClient: 1_000 });

/** The HTTP service around a pool of workers, ready to listen or to be injected requests. Closing it leaves the pool open. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { pool, logger, deadlineMs = 30_000, headersMs = 20_000, requestMs = 120_000 } = options;
  const { keys = new Keys(), trustProxy = false, maxBodyBytes = 64 * 2 ** 20, maxPendingBytes = 2 ** 30, unreadMs = 10_000 } = options;
  const newId = requestIds();
  const app: FastifyInstance = fastify({
    ...(logger && { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newId,
    childLoggerFactory: sharedLoggers(),
    trustProxy: typeof trustProxy === "boolean" ? trustProxy : [...trustProxy],
    bodyLimit: maxBodyBytes,
    // A request that comes while the service stops, on a connection that is still in use, is answered like those before it.
    return503OnClosing: false,
    // Neither of these has passed a hook.
    clientErrorHandler: (error, socket) =>
      answerClientError(error, socket, { ...app.securityHeaders, "x-request-id": newId({ headers: {} }) }),
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...app.securityHeaders, "x-request-id": request.id });
      app.errorHandler(error, request, reply);
    },
    // Timers against clients that send slowly; and longer than any answer takes, against those that read none.
    requestTimeout: requestMs,
    connectionTimeout: deadlineMs + 30_000,
    http: { requireHostHeader: false, headersTimeout: headersMs, connectionsCheckingInterval: Math.min(5_000, headersMs / 2) },
    routerOptions: { maxParamLength: 300 },
  });
  if (options.maxConnections !== undefined) app.server.maxConnections = options.maxConnections;
  app.setValidatorCompiler(checkParameters);
  app.setSerializerCompiler(serializerCompiler);
  // No route parses a body on the event loop.
  app.removeAllContentTypeParsers();
  const methods = collectMethods(app);
  answerWithProblems(app, { maxBodyBytes });
  await app.register(tracing, { isOn: options.tracing !== undefined });

  await app.register(accepts);
  await app.register(openApi);
  await app.register(requestLog);
  await app.register(draining);
  await app.register(unsentBodies);
  await app.register(securityHeaders);
  await app.register(messages);
  await app.register(crossOrigin, { origins: options.corsOrigins ?? [] });
  refuseUnrouted(app, methods);
  await app.register(apiKeys, { keys });
  const listeners = new Listeners(options.jobs?.listeners ?? usualListeners);
  await app.register(metrics, { pool, memory: options.memory, jobs: options.jobs && { ...options.jobs, listeners } });
  await app.register(compression);

  await home(app, { hasPage: options.role !== "worker" });
  health(app, { pool, storage: options.jobs?.storage, memory: options.memory?.ledger });
  openApiDocument(app);
  await app.register(problemPages);
  await app.register(reference);
  if (options.role !== "worker")
    await app.register((v1) =>
      v1Routes(v1, { ...options, keys }, listeners, { maxBodyBytes, maxPendingBytes, ledger: options.memory?.ledger, unreadMs }),
    );
  await app.ready();
  return app;
}

/** Everything under /v1. */
async function v1Routes(
  v1: FastifyInstance,
  options: AppOptions & { readonly keys: Keys },
  listeners: Listeners,
  limits: BodyLimits,
): Promise<void> {
  const { jobs, keys } = options;
  const traced = options.tracing === undefined ? options.pool : tracedWorkers(options.pool, options.tracing);
  const isCounted = !keys.isOpen || options.operationsPerMinute !== undefined;
  const pool = isCounted ? meteredWorkers(traced, keys, options.operationsPerMinute ?? 0) : traced;
  await limitRate(v1, { perMinute: options.rateLimit ?? 0, isOpen: keys.isOpen });
  if (!keys.isOpen) requireApiKey(v1);
  auditLog(v1);
  refuseQueries(v1);
  await v1.register(operators);
  await v1.register(async (scope) => {
    takeRawBodies(scope, limits);
    if (options.graphs.isShared) shareGraphs(scope, options.graphs);
    await operations(scope, { pool, tasks: await allTasks() });
    await scope.register(graphs, { pool, graphs: options.graphs });
    if (jobs !== undefined) {
      const { storage, privateWebhooks = false } = jobs;
      await scope.register(jobRoutes, { pool, storage, keys, privateWebhooks, listeners });
    }
    if (options.datasets !== undefined) {
      await scope.register(datasetUpload, { pool, ...options.datasets, usualShare: options.usualShare ?? null });
      await scope.register(datasets, options.datasets);
    }
  });
}
