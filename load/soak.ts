import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { digits, table } from "./bench/measure.ts";
import { isGood } from "./hostile/attack.ts";
import { Attacker } from "./hostile/attacker.ts";
import { makeContainer } from "./hostile/container.ts";
import { startVictim } from "./hostile/victim.ts";

/**
 * Everything that clients do, at an even pace, for a long time, on a service in a container: what it holds must not grow. After a tenth of
 * the time has passed, resident memory, open files and disk are to stay where they are. Usage: node load/soak.ts [--minutes n] [--megabytes n] [--tree folder]
 */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    megabytes: { type: "string", default: "1024" },
    tree: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
  },
});
const minutes = Number(values.minutes);

interface Sample {
  readonly minute: number;
  readonly resident: number;
  readonly files: number;
  readonly disk: number;
}

const container = makeContainer(Number(values.megabytes) * 2 ** 20);
await using victim = await startVictim(values.tree, {}, container);
using client = new Attacker(victim.origin, "127.0.0.2");
const end = AbortSignal.timeout(minutes * 60_000);
const began = performance.now();
const samples: Sample[] = [];

await Promise.all([...Object.values(customs()).map(([everyMs, work]) => keepTo(everyMs, work)), keepTo(5_000, sample)]);
conclude();
await container?.remove();

/** What is done how often, in milliseconds. */
function customs(): Readonly<Record<string, readonly [number, (turn: number) => Promise<unknown>]>> {
  const jobs: string[] = [];
  const datasets: string[] = [];
  const post = (path: string, body: unknown): Promise<{ status: number; text: string }> => client.post(path, body);
  const idOf = (text: string): string => (JSON.parse(text) as { id: string }).id;
  return {
    small: [20, (turn) => post("/v1/gradients", { expression: "1/(1+exp(-x))", inputs: { x: turn % 7 } })],
    distinct: [100, (turn) => post("/v1/evaluate", { expression: `sin(x)*${turn}`, inputs: { x: 1 } })],
    large: [
      1_000,
      (turn) =>
        post("/v1/gradients", {
          expression: `a=expand(x,[${1e5 * (1 + (turn % 20))}]); sum(sin(a)*a)`,
          inputs: { x: 1 },
          return: ["gradients"],
        }),
    ],
    answers: [3_000, () => post("/v1/evaluate", { expression: "expand(x,[300000])", inputs: { x: 1 / 3 } })],
    bodies: [
      4_000,
      (turn) => post("/v1/gradients", { expression: "sum(x*x)", inputs: { x: Array.from({ length: 2e5 }, (_, at) => at + turn) } }),
    ],
    checks: [1_000, () => post("/v1/check", { expression: "sum(x*x*y)", inputs: { x: [1, 2, 3], y: 2 } })],
    mistakes: [500, (turn) => post("/v1/gradients", turn % 2 === 0 ? "{" : { expression: "foo(", inputs: {} })],
    gone: [
      2_000,
      () => client.post("/v1/gradients", { expression: "a=expand(x,[3000000]); sum(sin(cos(a)))", inputs: { x: 1 } }, { abortMs: 50 }),
    ],
    graphs: [300, (turn) => post("/v1/graphs", { expression: `x*${turn}` })],
    jobs: [
      3_000,
      async () => {
        const { status, text } = await post("/v1/jobs", {
          network: {
            layers: [{ type: "Linear", in_features: 4, out_features: 64 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }],
            loss: { type: "MSELoss" },
          },
          data: { input: [[1, 2, 3, 4]], target: [[1]] },
          optimizer: { type: "Adam", lr: 0.01 },
          steps: 2_000,
          log_every: 10,
          checkpoint: { every_steps: 500 },
        });
        if (isGood(status)) jobs.push(idOf(text));
        if (jobs.length > 20) await client.delete(`/v1/jobs/${jobs.shift()}`);
      },
    ],
    watching: [
      2_000,
      async () => {
        const socket = await client.raw(`GET /v1/jobs/${jobs.at(-1)}/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n`, {
          reads: true,
        });
        await setTimeout(4_000);
        socket.destroy();
      },
    ],
    datasets: [
      10_000,
      async (turn) => {
        const rows = Array.from({ length: 20_000 }, (_, at) => `${at},${at * turn}`).join("\n");
        const { status, text } = await client.post(`/v1/datasets?name=d${turn}`, `a,b\n${rows}\n`, { type: "text/csv" });
        if (isGood(status)) datasets.push(idOf(text));
        if (datasets.length > 5) await client.delete(`/v1/datasets/${datasets.shift()}`);
      },
    ],
    looking: [1_000, (turn) => client.get(["/readyz", "/metrics", "/v1/jobs", "/openapi.json"][turn % 4])],
  };
}

/** Does something at an even pace, whatever it takes, with few of its kind under way. */
async function keepTo(everyMs: number, work: (turn: number) => Promise<unknown>): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  for (let turn = 0; !end.aborted; turn++) {
    if (!victim.isAlive()) throw new Error("The service has ended");
    if (underWay.size < 10) {
      const one = work(turn).finally(() => underWay.delete(one));
      underWay.add(one);
    }
    await setTimeout(everyMs);
  }
  await Promise.all(underWay);
}

async function sample(): Promise<void> {
  const one: Sample = {
    minute: (performance.now() - began) / 60_000,
    resident: victim.resident() / 2 ** 20,
    files: victim.openFiles(),
    disk: bytesIn(victim.folder) / 2 ** 20,
  };
  samples.push(one);
  if (samples.length % 12 === 1) {
    process.stdout.write(
      `${digits(one.minute)} min: ${digits(one.resident)} MB resident, ${one.files} files, ${digits(one.disk)} MB on disk\n`,
    );
  }
}

function bytesIn(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesIn(path);
    else bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Compares the rest's first third with its last. */
function conclude(): void {
  const settled = samples.filter(({ minute }) => minute >= Math.min(10, minutes / 4));
  const third = Math.floor(settled.length / 3);
  const mean = (of: keyof Sample, part: readonly Sample[]): number => part.reduce((sum, one) => sum + one[of], 0) / part.length;
  const rows = (["resident", "files", "disk"] as const).map((of) => {
    const [first, last] = [mean(of, settled.slice(0, third)), mean(of, settled.slice(-third))];
    return [of, digits(first), digits(last), digits(Math.max(...samples.map((one) => one[of]))), digits(last / first)];
  });
  console.log(table(["", "first third", "last third", "most", "ratio"], rows));
  console.log(
    `Answers: ${client.tally}. OOM kills: ${container?.kills() ?? "not contained"}. ${readFileSync("/proc/loadavg", "utf8").trim()}`,
  );
  if (rows.some(([, , , , ratio]) => Number(ratio) > 1.1)) process.exitCode = 1;
}
