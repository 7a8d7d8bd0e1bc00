import type { Bench } from "./bench.ts";
import { digits, median, table } from "./measure.ts";
import { post, startService } from "./servers.ts";

const clients = 8;
const bodyBytes = 10_000_000;

/** 10 MB of numbers and what their sum's gradient is asked of, with little in the answer. */
function largeBody(): string {
  const numbers = Array.from({ length: bodyBytes / 8 }, (_, at) => (Math.sin(at) + 2).toFixed(5)).join();
  return `{"expression":"sum(x*x)","inputs":{"x":[${numbers}]},"return":["outputs"]}`;
}

/** Asks /livez again and again for so long; the milliseconds that each answer took. */
async function latencies(address: string, milliseconds: number): Promise<number[]> {
  const measured: number[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    const start = performance.now();
    await (await fetch(`${address}/livez`)).text();
    measured.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return measured;
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];

/** Posts the body again and again from several clients until told to stop. The rest of this process must not be what is slow. */
async function underLoad<T>(address: string, body: string, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const client = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const answer = await post(address, body);
      if (!answer.ok) throw new Error(await answer.text());
      await answer.text();
    }
  };
  const posting = Promise.all(Array.from({ length: clients }, client));
  try {
    return await work();
  } finally {
    stop.abort();
    await posting;
  }
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
    const body = largeBody();
    await latencies(address, 1000);
    const idle: number[][] = [];
    const loaded: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      idle.push(await latencies(address, 2000));
      loaded.push(await underLoad(address, body, () => latencies(address, 4000)));
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
