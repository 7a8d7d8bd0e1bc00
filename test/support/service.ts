import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { budgetOf } from "../../src/memory/budget.ts";
import { startPool } from "../../src/threads.ts";
import { type AppOptions, buildApp } from "../../src/doors/http/app.ts";
import { RegisteredGraphs } from "../../src/jobs/registered-graphs.ts";
import { defaultLimits, type Limits } from "../../src/request/limits.ts";

export interface ServiceOptions extends Omit<AppOptions, "pool" | "graphs" | "memory"> {
  readonly limits?: Partial<Limits>;
  readonly workers?: number;
  readonly queueLimit?: number;
  /** Bytes of memory that the process is told that it may use. */
  readonly memory?: number;
}

/** The service as main.ts composes it, with real worker threads, on an empty data directory. */
export async function startService({ limits, workers = 2, queueLimit = 1000, memory = 8 * 2 ** 30, ...options }: ServiceOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-test-"));
  const budget = budgetOf(memory, { workers, trainers: 0, crew: 1 });
  const pool = startPool({
    limits: { ...defaultLimits, ...limits },
    graphsFolder: join(folder, "graphs"),
    threads: 1,
    budget,
    workers,
    queueLimit,
    deadlineMs: options.deadlineMs ?? 30_000,
    graceMs: 200,
    onWorkerError: ({ trace }) => process.stderr.write(`${trace}\n`),
  });
  const app = await buildApp({ pool, memory: budget, graphs: new RegisteredGraphs(join(folder, "graphs")), ...options });
  await pool.ready;
  return {
    app,
    pool,
    ledger: budget.ledger,
    post: async (path: string, body: unknown) => {
      const reply = await app.inject({
        method: "POST",
        url: path,
        headers: { "content-type": "application/json" },
        payload: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: reply.statusCode, headers: reply.headers, json: reply.json<unknown>() };
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await pool.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;
