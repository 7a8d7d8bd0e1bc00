import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";
import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";
import { z } from "zod";
import type { MemoryBudget } from "../../../memory/budget.ts";
import type { PoolStats, WorkerPool } from "../../../workers/pool.ts";
import type { Storage } from "../../../jobs/contract.ts";
import type { OperationContract } from "../contract.ts";
import type { Listeners } from "../listeners.ts";
import { type JobMeter, observeQueue, observeStorage, observeWaiting } from "./job-metrics.ts";
import { observeMemory } from "./memory-metrics.ts";
import { tags } from "./openapi.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether requests to the route are left out of the measurements. */
    unmeasured?: boolean;
  }
}

const contract: OperationContract = {
  answer: {
    description: "The measurements",
    mediaType: "text/plain",
    schema: z.string().meta({ description: "One measurement a line" }),
    examples: { excerpt: { summary: "One of many", value: "adjoint_pool_workers 4" } },
  },
  problems: [],
};

export interface Measured {
  readonly pool: Pick<WorkerPool, "stats">;
  readonly memory: Pick<MemoryBudget, "ledger" | "usage"> | undefined;
  readonly jobs?:
    | {
        readonly storage: Pick<Storage, "jobs" | "ready" | "underWay">;
        readonly listeners: Pick<Listeners, "count">;
        readonly meter?: JobMeter;
      }
    | undefined;
}

/** /metrics for Prometheus: the process, the requests by route, the pool, and the jobs. Each app has a registry of its own. */
export const metrics = fp<Measured>(
  async (app, { pool, memory, jobs }) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    observeRequests(app, registry);
    observePool(registry, pool);
    if (memory !== undefined) observeMemory(registry, memory);
    if (jobs !== undefined) {
      observeQueue(registry, jobs.storage.jobs);
      observeStorage(registry, jobs.storage);
      observeWaiting(registry, jobs.storage, jobs.listeners);
    }
    jobs?.meter?.register(registry);
    app.get(
      "/metrics",
      {
        logLevel: "warn",
        schema: {
          operationId: "metrics",
          tags: [tags.operations.name],
          summary: "Measurements for Prometheus",
          description: "The process, the requests by route, the pool of workers, and the training jobs, in Prometheus' text format.",
        },
        config: { unmeasured: true, contract },
      },
      async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
    );
  },
  { name: "metrics" },
);

/** One hook after the answer, because what runs once per request is most of what a small request costs the event loop. */
function observeRequests(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer, in seconds",
    labelNames: ["method", "route", "status_code"],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  app.addHook("onResponse", ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    // Route patterns, so that what clients write is no label.
    const { url: route = "none", config } = routeOptions;
    if (config.unmeasured !== true) seconds.observe({ method, route, status_code: statusCode }, elapsedTime / 1000);
    done();
  });
}

function observePool(registry: Registry, pool: Pick<WorkerPool, "stats">): void {
  const gauge = (name: string, help: string, read: (stats: PoolStats) => number): void => {
    const metric = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read(pool.stats()));
      },
    });
    registry.registerMetric(metric);
  };
  const counter = (name: string, help: string, read: (stats: PoolStats) => number): void => {
    const metric = new Counter({
      name,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(read(pool.stats()));
      },
    });
    registry.registerMetric(metric);
  };
  gauge("adjoint_pool_workers", "Worker threads that can take tasks", ({ workers }) => workers);
  gauge("adjoint_pool_busy_workers", "Worker threads with tasks in flight", ({ busy }) => busy);
  gauge("adjoint_pool_queued_tasks", "Tasks that wait for a worker", ({ queued }) => queued);
  counter("adjoint_pool_completed_tasks_total", "Tasks that were answered", ({ completed }) => completed);
  counter("adjoint_pool_replaced_workers_total", "Worker threads that ended and were replaced", ({ replaced }) => replaced);
}
