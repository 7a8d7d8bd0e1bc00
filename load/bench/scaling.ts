import { plannedChain } from "./adjoint.ts";
import type { Bench } from "./bench.ts";
import { contender, digits, interleaved, median, table } from "./measure.ts";

const lengths = [1_000, 10_000, 100_000, 1_000_000];

export const bench: Bench = {
  title: "A scalar graph of n nodes",
  text:
    "y = x · 1.0000001 · 1.0000001 …, forward and backward in float64: typed nodes and their gradients are built and planned, and then the plan is run. " +
    "Bytes are those of the values, of the tables that a run reads, and of the heap that a plan with its graph keeps. Aim: the time per node grows by less than 2 × over the range.",
  packages: [],
  run: async ({ pace }) => {
    const chains = lengths.map((length) => ({ length, planned: plannedChain(length) }));
    for (const { length, planned } of chains) {
      const [gradient, expected] = [planned.run(), 1.000_000_1 ** length];
      if (!(Math.abs(gradient - expected) < 1e-6 * expected)) throw new Error(`the gradient is ${gradient} and not ${expected}`);
    }
    const running = await interleaved(
      chains.map(({ length, planned }) => contender(`run ${length}`, planned.run)),
      pace,
    );
    const planning = await interleaved(
      lengths.map((length) => contender(`plan ${length}`, () => plannedChain(length))),
      pace,
    );
    const perNode = (rounds: readonly number[], length: number): string => `${digits((1e6 * median(rounds)) / length)} ns`;
    return table(
      ["nodes", "planning, per node", "running, per node", "arena, bytes per node", "heap, bytes per node"],
      chains.map(({ length, planned }, at) => [
        length.toLocaleString("en"),
        perNode(planning[at].rounds, length),
        perNode(running[at].rounds, length),
        digits(planned.arenaBytes / length),
        digits(planned.heapBytes / length),
      ]),
    );
  },
};
