import { submit } from "../../../test/acceptance/jobs/client.ts";
import { digits, median, table } from "../measure.ts";
import { post } from "../servers.ts";
import { latencies, quantile, read, whileTraining } from "./asking.ts";
import { classifier, tiny } from "./lessons.ts";
import type { Place } from "./places.ts";

const milliseconds = 3_000;
const gradients = JSON.stringify({ expression: "1 / (1 + exp(-x))", inputs: { x: 0.5 } });

/** How soon the service answers idle, and while two jobs are trained at once. */
export async function answersWhileTraining({ name, address }: Place, rounds: number): Promise<string[][]> {
  const id = await submit(address, tiny(1));
  const asked: Readonly<Record<string, () => Promise<unknown>>> = {
    "POST /v1/gradients": async () => (await post(address, gradients)).text(),
    "GET /v1/jobs/{id}": () => read(`${address}/v1/jobs/${id}`),
  };
  const jobs = [classifier(256, 10_000_000), classifier(32, 10_000_000)];
  const rows: string[][] = [];
  for (const [what, ask] of Object.entries(asked)) {
    await latencies(ask, 1_000);
    const idle: number[][] = [];
    const training: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      idle.push(await latencies(ask, milliseconds));
      training.push(await whileTraining(address, jobs, () => latencies(ask, milliseconds)));
    }
    const typical = (of: readonly number[][], share: number): number => median(of.map((round) => quantile(round, share)));
    const ratio = (share: number): number => median(training.map((round, at) => quantile(round, share) / quantile(idle[at], share)));
    rows.push([
      `${what}, ${name}`,
      ...[0.5, 0.99].flatMap((share) => [digits(typical(idle, share)), digits(typical(training, share)), digits(ratio(share))]),
    ]);
  }
  return rows;
}

export const answersTable = (rows: string[][]): string =>
  table(["", "p50 idle, ms", "training", "×", "p99 idle, ms", "training", "×"], rows);
