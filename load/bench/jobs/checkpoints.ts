import { digits, median } from "../measure.ts";
import { latencies, quantile, read, whileTraining } from "./asking.ts";
import { heavy } from "./lessons.ts";
import type { Place } from "./places.ts";

const milliseconds = 8_000;

/** How long /livez takes while checkpoints of a hundred megabytes are written one after the other. */
export async function stallOfCheckpoints({ name, address }: Place, rounds: number): Promise<string[]> {
  const ask = (): Promise<unknown> => read(`${address}/livez`);
  const idle: number[][] = [];
  const writing: number[][] = [];
  const kept: number[] = [];
  for (let round = 0; round < rounds; round++) {
    idle.push(await latencies(ask, 2_000));
    await whileTraining(address, [heavy(1_000_000)], async () => {
      const before = await keptBytes(address);
      writing.push(await latencies(ask, milliseconds));
      kept.push((1000 * ((await keptBytes(address)) - before)) / milliseconds);
    });
  }
  const typical = (of: readonly number[][], share: number): string => digits(median(of.map((round) => quantile(round, share))));
  const longest = median(writing.map((round) => Math.max(...round)));
  return [
    name,
    digits(median(kept) / 1e6),
    typical(idle, 0.5),
    typical(writing, 0.5),
    typical(idle, 0.99),
    typical(writing, 0.99),
    digits(longest),
  ];
}

/** Bytes of all checkpoints that the process has kept, as it counts them for Prometheus. */
async function keptBytes(address: string): Promise<number> {
  const found = /^\w*checkpoint\w*_sum(?:\{[^}]*\})? (\S+)$/m.exec(await read(`${address}/metrics`));
  if (found === null) throw new Error("The service does not count the bytes of checkpoints");
  return Number(found[1]);
}
