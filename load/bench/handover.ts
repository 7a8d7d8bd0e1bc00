import { fork } from "node:child_process";
import { once } from "node:events";
import type { Bench } from "./bench.ts";
import { handover, type Way, ways } from "./handover/ways.ts";
import { sigmoid } from "./http-scenarios.ts";
import { type Contender, digits, interleaved, median, type Pace, ratio, table } from "./measure.ts";
import { type Load, loadOf } from "./servers.ts";

const together = [1, 8] as const;
const connections = 32;
const seconds = 2;

/** Requests that are in flight together, each wave after the one before. Processor time is noted beside the clock's. */
function waves(way: Way, width: number): Contender & { readonly processor: number[]; readonly end: () => Promise<unknown> } {
  const { submit, end } = handover(way, "nothing");
  const body = Buffer.from(sigmoid.bodies[0]);
  const processor: number[] = [];
  const run = async (times: number): Promise<number> => {
    const [start, before] = [performance.now(), process.cpuUsage()];
    for (let wave = 0; wave < times; wave++) await Promise.all(Array.from({ length: width }, () => submit(body)));
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / (times * width));
    return performance.now() - start;
  };
  return { name: way, run, processor, end };
}

async function betweenThreads(pace: Pace): Promise<string> {
  const rows = ways.map((way): string[] => [way]);
  for (const width of together) {
    for (const [at, way] of ways.entries()) {
      // One worker at a time: one that spins would take the others' processor.
      const contender = waves(way, width);
      const [timing] = await interleaved([contender], pace);
      await contender.end();
      rows[at].push(`${digits((1000 * median(timing.rounds)) / width)} µs`, `${digits(median(contender.processor))} µs`);
    }
  }
  const head = ["", ...together.flatMap((width) => [`${width} in flight, per request`, "its processor time"])];
  return table(head, rows);
}

async function overHttp({ rounds }: Pace): Promise<string> {
  const loads = new Map<Way, Load[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [way, measured] of loads) {
      const child = fork(new URL("./handover/server.ts", import.meta.url), [way]);
      const [address] = (await once(child, "message")) as [string];
      await loadOf(address, sigmoid.bodies, connections, 1);
      measured.push(await loadOf(address, sigmoid.bodies, connections, seconds));
      child.kill();
      await once(child, "exit");
    }
  }
  const timing = (way: Way) => ({ name: way, rounds: (loads.get(way) ?? []).map(({ rate }) => 1 / rate) });
  const shared = timing("messages shared in a turn");
  const rows = [...loads].map(([way, measured]) => [
    way,
    digits(median(measured.map(({ rate }) => rate))),
    digits(median(measured.map(({ p99 }) => p99))),
    ratio(timing(way), shared).toFixed(2),
  ]);
  return table(["", "requests/s", "p99, ms", "× as fast as shared messages"], rows);
}

export const bench: Bench = {
  title: "Hand-over to a worker",
  text:
    "A request's body to a worker thread and its answer back: a message each; all that come in one turn of the event loop in one message, as the pool does; or a ring in shared memory, " +
    "whose worker sleeps in `Atomics.wait` at once or after spinning. First between two threads, with an answer of 1 KB that costs nothing; then over HTTP, with a bare route " +
    `and a worker that computes the sigmoid expression's gradients, ${connections} connections. Processor time is that of both threads.`,
  packages: ["fastify", "autocannon"],
  run: async ({ pace }) => `### Between threads\n\n${await betweenThreads(pace)}\n\n### Over HTTP\n\n${await overHttp(pace)}`,
};
