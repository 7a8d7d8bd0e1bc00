import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { submit } from "../../../test/acceptance/jobs/client.ts";
import { digits, median, type Pace, table } from "../measure.ts";
import { read } from "./asking.ts";
import { classifier } from "./lessons.ts";
import type { Place } from "./places.ts";

/** Milliseconds of so many steps in one go of the bare loop, and as a job: from the request to its last event, and what it says itself. */
interface Round {
  readonly bare: number;
  readonly job: number;
  readonly training: number;
}

async function roundOf(address: string, loop: Worker, hidden: number, steps: number): Promise<Round> {
  loop.postMessage(steps);
  const [bare] = (await once(loop, "message")) as [number];
  const start = performance.now();
  const id = await submit(address, classifier(hidden, steps));
  // The stream ends with the job.
  await read(`${address}/v1/jobs/${id}/events?stream=true`);
  const job = performance.now() - start;
  const { compute_seconds } = JSON.parse(await read(`${address}/v1/jobs/${id}/result`)) as { readonly compute_seconds: number };
  return { bare, job, training: 1000 * compute_seconds };
}

/** Steps per second of jobs of about two seconds against the bare loop. */
export async function stepsOfJobs({ address }: Place, { rounds }: Pace): Promise<string> {
  const rows: string[][] = [];
  for (const [hidden, steps] of [
    [256, 2_000],
    [32, 12_000],
  ]) {
    const loop = new Worker(new URL("./bare-loop.ts", import.meta.url), { workerData: classifier(hidden, steps) });
    await roundOf(address, loop, hidden, steps);
    const measured: Round[] = [];
    for (let round = 0; round < 2 * rounds; round++) measured.push(await roundOf(address, loop, hidden, steps));
    await loop.terminate();
    const rate = (part: keyof Round): string => digits(median(measured.map((round) => (1000 * steps) / round[part])));
    const share = (part: keyof Round): string => digits(median(measured.map((round) => round.bare / round[part])));
    const step = digits((1000 * median(measured.map(({ bare }) => bare))) / steps);
    rows.push([`784-${hidden}-10, ${step} µs`, rate("bare"), rate("training"), share("training"), rate("job"), share("job")]);
  }
  return table(["step", "bare loop, steps/s", "training", "÷ bare loop", "from the request to the end", "÷ bare loop"], rows);
}
