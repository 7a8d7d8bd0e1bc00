import client, { Counter, Gauge, Registry } from "@prometheus-io/client";
import fastifyMetrics from "fastify-metrics";
import fp from "fastify-plugin";
import { z } from "zod";
import type { PoolStats, WorkerPool } from "../../engine/pool.ts";
import type { OperationContract } from "../contract.ts";
import { tags } from "./openapi.ts";

const contract: OperationContract = {
  answer: {
    description: "The measurements",
    mediaType: "text/plain",
    schema: z.string().meta({ description: "One measurement a line" }),
    examples: { excerpt: { summary: "One of many", value: "adjoint_pool_workers 4" } },
  },
  problems: [],
};

/** /metrics for Prometheus: the process, the requests by route, and the pool. Each app has a registry of its own. */
export const metrics = fp<{ pool: Pick<WorkerPool, "stats"> }>(
  async (app, { pool }) => {
    const registry = new Registry();
    await app.register(fastifyMetrics.default, {
      promClient: { ...client, register: registry },
      defaultMetrics: { enabled: true, register: registry },
      endpoint: {
        url: "/metrics",
        method: "GET",
        logLevel: "warn",
        schema: {
          operationId: "metrics",
          tags: [tags.operations.name],
          summary: "Measurements for Prometheus",
          description: "The process, the requests by route, and the pool of workers, in Prometheus' text format.",
        },
        config: { disableMetrics: true, contract },
        // fastify-metrics puts its own handler here.
        handler: () => {},
      },
      routeMetrics: {
        // The sliding quantiles of a summary cost more per request than all else here.
        enabled: { histogram: true, summary: false },
        registeredRoutesOnly: false,
        overrides: {
          histogram: {
            registers: [registry],
            buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
          },
          summary: { registers: [] },
          // Route patterns, so that what clients write is no label.
          labels: { getRouteLabel: ({ routeOptions }) => routeOptions.url ?? "none" },
        },
      },
    });
    observePool(registry, pool);
  },
  { name: "metrics" },
);

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
