import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { clearInterval, setInterval } from "node:timers";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { digits, table } from "./bench/measure.ts";
import type { Attack } from "./hostile/attack.ts";
import { Attacker } from "./hostile/attacker.ts";
import { type Container, makeContainer } from "./hostile/container.ts";
import { memoryAttacks } from "./hostile/memory-attacks.ts";
import { furtherAttacks } from "./hostile/further-attacks.ts";
import type { Seen } from "./hostile/neighbour.ts";
import { otherAttacks } from "./hostile/other-attacks.ts";
import { startVictim } from "./hostile/victim.ts";

/**
 * Attacks the service, one way after the other, each time a fresh process in a container of so many megabytes, while a well-behaved client
 * goes on beside. Tells what became of both. Usage: node load/hostile.ts [--only pattern] [--megabytes 512,1024,4096] [--tree folder] [--seconds n] [--write]
 *   --tree   attacks another checkout, which has its dependencies, so that two can be compared in one run
 *   --write  puts the table into load/HOSTILE.md
 */
const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    megabytes: { type: "string", default: "512,1024,4096" },
    tree: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
    seconds: { type: "string", default: "60" },
    write: { type: "boolean", default: false },
  },
});

const aloneMs = 3_000;
const afterMs = 3_000;
const stopMs = 60_000;
/** Loopback addresses: the service tells clients apart by them. */
const addresses = { attacker: "127.0.0.2", neighbour: "127.0.0.3" };

interface Outcome {
  readonly attack: Attack;
  readonly megabytes: number;
  readonly hasLived: boolean;
  readonly kills: number | null;
  readonly peak: number;
  readonly after: number;
  readonly alone: Seen;
  readonly during: Seen;
  readonly tally: string;
  readonly stopped: number | null;
}

const attacks = [...memoryAttacks, ...otherAttacks, ...furtherAttacks].filter(({ name, family }) =>
  new RegExp(values.only).test(`${family}: ${name}`),
);
const outcomes: Outcome[] = [];
for (const megabytes of values.megabytes.split(",").map(Number)) {
  for (const attack of attacks) {
    const outcome = await suffer(attack, megabytes);
    outcomes.push(outcome);
    process.stdout.write(`${row(outcome).join(" | ")}\n`);
  }
}

const report = table(
  [
    "attack",
    "MB",
    "lived",
    "OOM kills",
    "peak RSS, MB",
    "after, MB",
    "/livez p99 alone, during, ms",
    "small request p99",
    "failed beside",
    "attacker got",
    "SIGTERM, s",
  ],
  outcomes.map(row),
);
console.log(report);
if (values.write) writeReport(report);
process.exitCode = outcomes.every(({ hasLived, kills }) => hasLived && (kills ?? 0) === 0) ? 0 : 1;

async function suffer(attack: Attack, megabytes: number): Promise<Outcome> {
  const container = makeContainer(megabytes * 2 ** 20);
  if (container === null) process.stdout.write("no memory cgroup can be made here: the service is not contained\n");
  try {
    return await attacked(attack, megabytes, container);
  } finally {
    await container?.remove();
  }
}

async function attacked(attack: Attack, megabytes: number, container: Container | null): Promise<Outcome> {
  await using victim = await startVictim(values.tree, attack.environment?.(megabytes) ?? {}, container);
  const neighbour = new Worker(new URL("./hostile/neighbour.ts", import.meta.url), {
    workerData: { origin: victim.origin, localAddress: addresses.neighbour },
  });
  const seen = (): Promise<Seen> =>
    new Promise((resolve) => {
      neighbour.once("message", resolve);
      neighbour.postMessage("tell");
    });
  let peak = 0;
  const watching = setInterval(() => (peak = Math.max(peak, victim.resident())), 50);
  try {
    await setTimeout(1_000);
    await seen();
    await setTimeout(aloneMs);
    const alone = await seen();
    using attacker = new Attacker(victim.origin, addresses.attacker);
    const enough = AbortSignal.timeout(Number(values.seconds) * 1000);
    await Promise.race([attack.run(attacker, enough), setTimeout(Number(values.seconds) * 1000, undefined, { ref: false })]);
    const during = await seen();
    const { tally } = attacker;
    attacker[Symbol.dispose]();
    await setTimeout(afterMs);
    const after = victim.resident();
    const hasLived = victim.isAlive();
    const stopped = hasLived ? await victim.stop(stopMs) : null;
    return { attack, megabytes, hasLived, kills: container?.kills() ?? null, peak, after, alone, during, tally, stopped };
  } finally {
    clearInterval(watching);
    await neighbour.terminate();
  }
}

function p99(measured: readonly number[]): number {
  return measured.toSorted((a, b) => a - b)[Math.floor(measured.length * 0.99)] ?? Number.NaN;
}

function row({ attack, megabytes, hasLived, kills, peak, after, alone, during, tally, stopped }: Outcome): string[] {
  const pair = (of: "livez" | "small"): string => `${digits(p99(alone[of]))} → ${digits(p99(during[of]))}`;
  const asked = during.livez.length + during.small.length;
  return [
    `${attack.family}: ${attack.name}`,
    String(megabytes),
    hasLived ? "yes" : "**no**",
    kills === null ? "not contained" : String(kills),
    (peak / 2 ** 20).toFixed(0),
    (after / 2 ** 20).toFixed(0),
    pair("livez"),
    pair("small"),
    `${during.failures.length} of ${asked}${during.failures.length > 0 ? ` (${during.failures[0].slice(0, 60)})` : ""}`,
    tally,
    stopped === null ? "—" : (stopped / 1000).toFixed(1),
  ];
}

function writeReport(text: string): void {
  const file = new URL("./HOSTILE.md", import.meta.url);
  const [introduction] = readFileSync(file, "utf8").split(/^\|/m);
  writeFileSync(file, `${introduction.trimEnd()}\n\n${text}\n`);
}
