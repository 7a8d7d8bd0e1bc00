import { type PlannedChain, plannedChain } from "./adjoint.ts";
import type { Bench } from "./bench.ts";
import { contender, digits, interleaved, median, table } from "./measure.ts";

const x = 1.000_000_1;
const lengths = [1_000, 10_000, 100_000, 1_000_000];

/** A chain that has run once, with the heap that its graph, gradients and plan keep. */
function madeReady(length: number): { length: number; planned: PlannedChain; heapBytes: number } {
  const before = heapInUse();
  const planned = plannedChain(length, x);
  const [gradient, expected] = [planned.run(), (length + 1) * x ** length];
  if (!(Math.abs(gradient - expected) < 1e-6 * expected)) throw new Error(`the gradient is ${gradient} and not ${expected}`);
  return { length, planned, heapBytes: heapInUse() - before };
}

function heapInUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export const bench: Bench = {
  title: "A scalar graph of n nodes",
  text:
    "y = x · x · x …, n times, forward and backward in float64: typed nodes and their gradients are built and planned, and then the plan is run. " +
    "Bytes are those of the arena and of the heap that the graph with its gradients, the plan and its executable keep. Aim: the time per node grows by less than 2 × over the range.",
  packages: [],
  run: async ({ pace }) => {
    const chains = lengths.map(madeReady);
    const running = await interleaved(
      chains.map(({ length, planned }) => contender(`run ${length}`, planned.run)),
      pace,
    );
    const planning = await interleaved(
      lengths.map((length) => contender(`plan ${length}`, () => plannedChain(length, x))),
      pace,
    );
    const perNode = (rounds: readonly number[], length: number): string => `${digits((1e6 * median(rounds)) / length)} ns`;
    return table(
      ["nodes", "planning, per node", "running, per node", "arena, bytes per node", "heap, bytes per node"],
      chains.map(({ length, planned, heapBytes }, at) => [
        length.toLocaleString("en"),
        perNode(planning[at].rounds, length),
        perNode(running[at].rounds, length),
        digits(planned.arenaBytes / length),
        digits(heapBytes / length),
      ]),
    );
  },
};
