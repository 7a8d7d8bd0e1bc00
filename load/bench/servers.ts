import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import type { Python } from "./python.ts";

/** An HTTP server in a process of its own. */
export interface Server extends AsyncDisposable {
  readonly address: string;
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill();
  await gone;
}

/** The service as `npm start` runs it, but with a quiet log and no limit of requests: the yardsticks have neither. `environment` adds to its own. */
export async function startService(port = 18_080, environment: Readonly<Record<string, string>> = {}): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), "adjoint-bench-"));
  const child = fork(new URL("../../src/main.ts", import.meta.url), {
    env: { ...process.env, PORT: String(port), HOST: "127.0.0.1", DATA_DIR: dataDir, LOG_LEVEL: "warn", RATE_LIMIT: "0", ...environment },
  });
  const address = `http://127.0.0.1:${port}`;
  await becomesReady(`${address}/readyz`);
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      await stop(child);
      await rm(dataDir, { recursive: true });
    },
  };
}

/** The bare route of http-echo.ts, which always gives the same answer. */
export async function startEcho(answer: string): Promise<Server> {
  const child = fork(new URL("./http-echo.ts", import.meta.url), [answer]);
  const [address] = (await once(child, "message")) as [string];
  return { address, [Symbol.asyncDispose]: () => stop(child) };
}

/** FastAPI with PyTorch. */
export async function startFastApi(python: Python, port = 18_081): Promise<Server> {
  const server = python.serve(port);
  const address = `http://127.0.0.1:${port}`;
  await becomesReady(`${address}/openapi.json`);
  return { address, [Symbol.asyncDispose]: async () => server.end() };
}

async function becomesReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const ready = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} did not become ready`);
}

export const post = (address: string, body: string, path = "/v1/gradients"): Promise<Response> =>
  fetch(address + path, { method: "POST", headers: { "content-type": "application/json" }, body });

/** Requests per second, and latencies in milliseconds. */
export interface Load {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** Posts the bodies in turn over so many connections. Throws where an answer is not 2xx. */
export async function loadOf(address: string, bodies: readonly string[], connections: number, seconds: number): Promise<Load> {
  const result = await autocannon({
    url: `${address}/v1/gradients`,
    method: "POST",
    headers: { "content-type": "application/json" },
    requests: bodies.map((body) => ({ body })),
    connections,
    duration: seconds,
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx and ${result.errors} requests failed`);
  return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}
