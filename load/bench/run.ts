import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Bench } from "./bench.ts";
import { machine } from "./machine.ts";
import { Python } from "./python.ts";

/**
 * Measures the engine and the service against rivals. Usage: npm run bench [-- names…] [--python] [--write] [--rounds n] [--ms n]
 *   --python  installs the Python rivals first, from requirements.txt into .venv beside this file
 *   --write   puts the results into load/RESULTS.md, each in its place
 */
const benches: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  gemm: () => import("./gemm.ts"),
  mlp: () => import("./mlp.ts"),
  cnn: () => import("./cnn.ts"),
  sigmoid: () => import("./sigmoid.ts"),
  scaling: () => import("./scaling.ts"),
  http: () => import("./http.ts"),
  livez: () => import("./livez.ts"),
  grading: () => import("./grading.ts"),
  handover: () => import("./handover.ts"),
  jobs: () => import("./jobs.ts"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    rounds: { type: "string", default: "7" },
    ms: { type: "string", default: "300" },
  },
});

const names = positionals.length === 0 ? Object.keys(benches) : positionals;
const unknown = names.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) throw new Error(`There is no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`);
if (Number(values.rounds) < 5) throw new Error("A median needs at least 5 rounds");

if (values.python) await Python.install();
if (names.length === 1) await runHere(names[0]);
else for (const name of names) await runApart(name);

/** Each bench in a process of its own: what one engine leaves behind in the heap or the compiler is no concern of the next. */
async function runApart(name: string): Promise<void> {
  const { write, rounds, ms } = values;
  const child = fork(new URL(import.meta.url), [name, "--rounds", rounds, "--ms", ms, ...(write ? ["--write"] : [])], {
    execArgv: process.execArgv,
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) process.exitCode = 1;
}

async function runHere(name: string): Promise<void> {
  const { bench } = await benches[name]();
  const python = await Python.find();
  const pace = { rounds: Number(values.rounds), roundMs: Number(values.ms) };
  const results = await bench.run({ pace, python });
  const facts = machine(bench.packages, python === null ? {} : python.versionsOf(bench.pythonPackages ?? []));
  const section = `## ${bench.title}\n\n${bench.text}\n\n${results}\n\nMedians of ${pace.rounds} rounds in turn. ${facts}\n`;
  console.log(section);
  if (values.write) record(name, section);
  // Some engines keep threads that would keep the process.
  process.exit();
}

/** Puts a section into its place among those of the other benches. */
function record(name: string, section: string): void {
  const file = new URL("../RESULTS.md", import.meta.url);
  const begin = (of: string): string => `<!-- ${of} -->\n`;
  const [introduction, ...rest] = readFileSync(file, "utf8").split(/(?=^<!-- \w+ -->\n)/m);
  const sections = new Map(rest.map((text) => [/\w+/.exec(text)?.[0] ?? "", text]));
  sections.set(name, `${begin(name)}${section}\n`);
  const ordered = Object.keys(benches).flatMap((key) => sections.get(key) ?? []);
  writeFileSync(file, `${[introduction, ...ordered].join("").trimEnd()}\n`);
}
