import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { twoLayers } from "./scenarios.ts";

/**
 * What a class at its deadline costs: 500 different submissions of a two-layer network, graded in one request and as 500 requests at
 * once, against as many requests for the gradients of the same network, in turns within one run.
 * Usage: npm run load:grading [-- submissions rounds]
 */
const [count = 500, rounds = 5] = process.argv.slice(2).map(Number);

type Nested = number | readonly Nested[];
type Gradients = Readonly<Record<string, Nested>>;

const port = 18_081;
const address = `http://127.0.0.1:${port}`;

async function startService(dataDir: string): Promise<ChildProcess> {
  const child = fork(new URL("../src/main.ts", import.meta.url), {
    env: { ...process.env, PORT: String(port), HOST: "127.0.0.1", DATA_DIR: dataDir, LOG_LEVEL: "warn", RATE_LIMIT: "0" },
  });
  for (let attempt = 0; attempt < 200; attempt++) {
    const ready = await fetch(`${address}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the service did not become ready");
}

async function post(path: string, body: string): Promise<string> {
  const answer = await fetch(address + path, { method: "POST", headers: { "content-type": "application/json" }, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text.slice(0, 500));
  return text;
}

const mapped = (numbers: Nested, change: (x: number) => number): Nested =>
  typeof numbers === "number" ? change(numbers) : numbers.map((inner) => mapped(inner, change));

/** Submission `at` of a class: right up to the last digits of float32, off by a factor or a sign in one tensor, or wrong in ways of its own. */
function submission(right: Gradients, at: number): Gradients {
  const names = Object.keys(right);
  const spoilt = names[at % names.length];
  const noise = (x: number): number => Math.fround(x * (1 + 1e-7 * Math.sin(at + 1e3 * x)));
  const mistakes = [
    (x: number) => x,
    (x: number) => x * (2 + (at % 7)),
    (x: number) => -x,
    (x: number) => x + 0.01 * Math.sin(at + 1e3 * x),
  ];
  const mistake = mistakes[at % mistakes.length];
  return Object.fromEntries(names.map((name) => [name, mapped(right[name], (x) => noise(name === spoilt ? mistake(x) : x))]));
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1e3;
}

const dataDir = await mkdtemp(join(tmpdir(), "adjoint-load-"));
const service = await startService(dataDir);
try {
  const wrt = Object.keys(twoLayers.parameters);
  const gradients = JSON.stringify({ ...twoLayers, wrt, return: ["gradients"] });
  const { gradients: right } = JSON.parse(await post("/v1/gradients", gradients)) as { gradients: Gradients };
  const submissions = Array.from({ length: count }, (_, at) => ({ id: `student-${at}`, gradients: submission(right, at) }));
  const together = (diagnose: boolean): string => JSON.stringify({ ...twoLayers, submissions, diagnose });
  const apart = (diagnose: boolean): string[] => submissions.map((one) => JSON.stringify({ ...twoLayers, submission: one, diagnose }));
  const atOnce = (path: string, bodies: readonly string[]) => () => Promise.all(bodies.map((body) => post(path, body)));

  const plain = "gradients, as many requests at once";
  const cases: readonly [name: string, work: () => Promise<unknown>][] = [
    [plain, atOnce("/v1/gradients", new Array<string>(count).fill(gradients))],
    ["graded in one request, without diagnosis", () => post("/v1/grade", together(false))],
    ["graded in one request, with diagnosis", () => post("/v1/grade", together(true))],
    ["graded as requests at once, without diagnosis", atOnce("/v1/grade", apart(false))],
    ["graded as requests at once, with diagnosis", atOnce("/v1/grade", apart(true))],
  ];
  const times = new Map(cases.map(([name]) => [name, [] as number[]]));
  for (const [, work] of cases) await work();
  for (let round = 0; round < rounds; round++) for (const [name, work] of cases) times.get(name)?.push(await seconds(work));

  console.log(`${count} submissions, ${rounds} rounds, Node ${process.versions.node}; medians\n`);
  console.log("| what | seconds | per second | times the gradients' |");
  console.log("|---|---|---|---|");
  const yardstick = times.get(plain) ?? [];
  for (const [name, taken] of times) {
    const ratio = median(taken.map((time, round) => time / yardstick[round]));
    console.log(`| ${name} | ${median(taken).toFixed(3)} | ${Math.round(count / median(taken))} | ${ratio.toFixed(2)} |`);
  }
} finally {
  const gone = once(service, "exit");
  service.kill();
  await gone;
  await rm(dataDir, { recursive: true });
}
