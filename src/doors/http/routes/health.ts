import type { FastifyInstance } from "fastify";
import { z } from "zod";
import about from "../../../../package.json" with { type: "json" };
import { builds } from "../../../kernels/wasm/modules.ts";
import { supportedBuild } from "../../../kernels/workspace.ts";
import type { Ledger } from "../../../memory/ledger.ts";
import type { WorkerPool } from "../../../workers/pool.ts";
import { type Storage, storageStates } from "../../../jobs/contract.ts";
import { problem } from "../../../problems/problems.ts";
import { tags } from "../plugins/openapi.ts";

const Alive = z
  .object({ status: z.literal("alive").meta({ description: "Always this word", examples: ["alive"] }) })
  .meta({ id: "Alive", description: "The process answers" });

const versions = {
  version: z.string().meta({ description: "The service's version", examples: ["0.1.0"] }),
  node: z.string().meta({ description: "The version of Node.js that runs it", examples: ["24.21.0"] }),
};

const Version = z.object(versions).meta({ id: "Version", description: "What runs here" });

const Ready = z
  .object({
    status: z.literal("ready").meta({ description: "Always this word", examples: ["ready"] }),
    ...versions,
    workers: z.int().meta({ description: "Worker threads that can take requests", examples: [4] }),
    busy: z.int().meta({ description: "Worker threads that are computing", examples: [1] }),
    queued: z.int().meta({ description: "Requests that wait for a worker", examples: [0] }),
    storage: z.enum(storageStates).meta({
      description:
        "Whether what keeps training jobs and data answers and has room. Without it the service still computes, and answers 503 to what needs it; where it is full, jobs can be read, cancelled and deleted",
      examples: ["available"],
    }),
    memory: z
      .object({
        total: z.int().meta({ description: "Bytes that there are to be shared out", examples: [2258632704] }),
        used: z.int().meta({ description: "Bytes of them that are taken", examples: [67108864] }),
        refused: z.int().meta({ description: "How often bytes could not be had, so far", examples: [0] }),
      })
      .optional()
      .meta({ description: "The memory that requests and jobs share: see docs/operating.md" }),
    kernels: z.enum(builds).meta({
      description:
        "Which kernels compute: madd where the processor fuses multiplication and addition, as every server since 2013 does, else mul-add. The same request gives the same bytes on all machines that say the same here",
      examples: ["madd"],
    }),
  })
  .meta({ id: "Ready", description: "The service can compute" });

interface Watched {
  readonly pool: Pick<WorkerPool, "isReady" | "stats">;
  readonly storage: Pick<Storage, "ready"> | undefined;
  readonly memory: Ledger | undefined;
}

/** For those who watch over the process: whether it lives, and whether to send it requests. */
export function health(app: FastifyInstance, { pool, storage, memory }: Watched): void {
  const kernels = supportedBuild();
  app.get(
    "/livez",
    {
      logLevel: "warn",
      schema: {
        operationId: "live",
        tags: [tags.operations.name],
        summary: "Whether the process lives",
        description: "Answers as long as the event loop turns, whatever the workers do.",
      },
      config: {
        contract: {
          answer: {
            description: "It lives",
            schema: Alive,
            examples: { alive: { summary: "The only answer", value: { status: "alive" } } },
          },
          problems: [],
        },
      },
    },
    (_request, reply) => reply.type("application/json").send('{"status":"alive"}'),
  );

  const ready = async (): Promise<string> => {
    if (app.isDraining()) throw problem("shutting_down", "The service is stopping and takes no new work");
    if (!pool.isReady) throw problem("not_ready", "No worker can take requests yet");
    const { workers, busy, queued } = pool.stats();
    const facts: z.output<typeof Ready> = {
      status: "ready",
      ...version,
      workers,
      busy,
      queued,
      storage: (await storage?.ready()) ?? "available",
      ...(memory && { memory: { total: memory.total, used: memory.used, refused: memory.refused } }),
      kernels,
    };
    return JSON.stringify(facts);
  };
  const contract = {
    answer: { description: "It is ready", schema: Ready, examples: { ready: { summary: "Four workers", value: readyExample } } },
    problems: [503],
  };
  for (const [path, operationId, summary] of [
    ["/readyz", "ready", "Whether to send requests here"],
    ["/healthz", "healthy", "The same, by its older name"],
  ] as const) {
    const description = "Answers 200 when workers can take requests, and 503 while they start and when the service is about to stop.";
    app.get(
      path,
      { logLevel: "warn", schema: { operationId, tags: [tags.operations.name], summary, description }, config: { contract } },
      async (_request, reply) => reply.type("application/json").send(await ready()),
    );
  }

  app.get(
    "/version",
    {
      logLevel: "warn",
      schema: {
        operationId: "version",
        tags: [tags.operations.name],
        summary: "What runs here",
        description: "The versions of the service and of Node.js, as `adjoint --version` tells the first.",
      },
      config: {
        contract: {
          answer: {
            description: "The versions",
            schema: Version,
            examples: { version: { summary: "One of many", value: versionExample } },
          },
          problems: [],
        },
      },
    },
    (_request, reply) => reply.type("application/json").send(JSON.stringify(version)),
  );
}

const version: z.output<typeof Version> = { version: about.version, node: process.versions.node };

const versionExample = { version: "0.1.0", node: "24.21.0" };

const readyExample = {
  status: "ready",
  ...versionExample,
  workers: 4,
  busy: 1,
  queued: 0,
  storage: "available",
  memory: { total: 2_258_632_704, used: 67_108_864, refused: 0 },
  kernels: "madd",
};
