import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { type Scenario, scenarios } from "./scenarios.ts";

/**
 * Requests per second of the service against the bare route of echo.ts, in turns within one run, so that both meet the same machine.
 * Usage: npm run load [-- seconds rounds connections]
 */
const [seconds = 4, rounds = 5, connections = 32] = process.argv.slice(2).map(Number);

interface Measure {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure(address: string, { body }: Scenario, duration: number): Promise<Measure> {
  const result = await autocannon({
    url: `${address}/v1/gradients`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    connections,
    duration,
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx and ${result.errors} requests failed`);
  return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

async function startService(dataDir: string): Promise<{ process: ChildProcess; address: string }> {
  const port = 18_080;
  const child = fork(new URL("../src/main.ts", import.meta.url), {
    env: { ...process.env, PORT: String(port), HOST: "127.0.0.1", DATA_DIR: dataDir, LOG_LEVEL: "warn", RATE_LIMIT: "0" },
  });
  const address = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200; attempt++) {
    const ready = await fetch(`${address}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return { process: child, address };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the service did not become ready");
}

async function startEcho(answer: string): Promise<{ process: ChildProcess; address: string }> {
  const child = fork(new URL("./echo.ts", import.meta.url), [answer]);
  const [address] = (await once(child, "message")) as [string];
  return { process: child, address };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill();
  await gone;
}

const dataDir = await mkdtemp(join(tmpdir(), "adjoint-load-"));
const service = await startService(dataDir);
try {
  console.log(`${rounds} rounds of ${seconds} s, ${connections} connections, Node ${process.versions.node}; medians\n`);
  console.log("| scenario | bytes in / out | bare route, requests/s (p50, p99 ms) | service, requests/s (p50, p99 ms) | ratio |");
  console.log("|---|---|---|---|---|");
  for (const scenario of scenarios) {
    const answer = await fetch(`${service.address}/v1/gradients`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: scenario.body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    const echo = await startEcho(text);
    await measure(echo.address, scenario, 2);
    await measure(service.address, scenario, 2);
    const bare: Measure[] = [];
    const own: Measure[] = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(await measure(echo.address, scenario, seconds));
      own.push(await measure(service.address, scenario, seconds));
    }
    await stop(echo.process);
    const of = (measures: readonly Measure[], key: keyof Measure): number => median(measures.map((one) => one[key]));
    const cell = (measures: readonly Measure[]): string =>
      `${Math.round(of(measures, "rate"))} (${of(measures, "p50")}, ${of(measures, "p99")})`;
    const ratio = median(own.map(({ rate }, at) => rate / bare[at].rate));
    console.log(`| ${scenario.name} | ${scenario.body.length} / ${text.length} | ${cell(bare)} | ${cell(own)} | ${ratio.toFixed(2)} |`);
  }
} finally {
  await stop(service.process);
  await rm(dataDir, { recursive: true });
}
