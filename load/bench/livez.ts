import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { Bench } from "./bench.ts";
import { digits, median, table } from "./measure.ts";
import { startService } from "./servers.ts";

const clients = 8;
const bodyBytes = 10_000_000;

/** Asks /livez again and again for so long; the milliseconds that each answer took. */
async function latencies(address: string, milliseconds: number): Promise<number[]> {
  const measured: number[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    const start = performance.now();
    await (await fetch(`${address}/livez`)).text();
    measured.push(performance.now() - start);
    await setTimeout(2);
  }
  return measured;
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];

/** While other processes' clients post large bodies, which they have begun to do for a second. */
async function underLoad<T>(address: string, work: () => Promise<T>): Promise<T> {
  const child = fork(new URL("./livez-clients.ts", import.meta.url), [address, String(clients), String(bodyBytes)]);
  const gone = once(child, "exit");
  await setTimeout(1000);
  const result = await work();
  if (child.exitCode !== null) throw new Error("The clients gave up");
  child.kill();
  await gone;
  return result;
}

export const bench: Bench = {
  title: "/livez under large bodies",
  text:
    `Latency of GET /livez while ${clients} clients post bodies of 10 MB to /v1/gradients, and idle. The clients share the cores with the service. ` +
    "Aim: a p99 below 20 × idle's.",
  packages: ["fastify"],
  run: async ({ pace: { rounds } }) => {
    await using service = await startService();
    const { address } = service;
    await latencies(address, 1000);
    const idle: number[][] = [];
    const loaded: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      idle.push(await latencies(address, 2000));
      loaded.push(await underLoad(address, () => latencies(address, 4000)));
    }
    const p99 = (rounds: readonly (readonly number[])[]): number[] => rounds.map((round) => quantile(round, 0.99));
    const row = (name: string, measured: readonly number[][]): string[] => [
      name,
      digits(median(measured.map((round) => quantile(round, 0.5)))),
      digits(median(p99(measured))),
    ];
    const ratio = median(p99(loaded).map((value, round) => value / p99(idle)[round]));
    return `${table(["", "p50, ms", "p99, ms"], [row("idle", idle), row("under load", loaded)])}\n\nThe p99 is ${digits(ratio)} × idle's.`;
  },
};
