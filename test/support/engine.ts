import type { Graph } from "../../src/ir/graph.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { interpret } from "./interpret.ts";

/** What the interpreter makes of a graph when its inputs are fed in order. */
export const interpretedWith = (graph: Graph, feeds: readonly Tensor[]): Tensor[] =>
  interpret(graph, new Map(graph.inputs.map((value, at) => [value, feeds[at]])));

/** The largest difference of two tensors, relative to their largest number or to `least`; infinite where only one is NaN. */
export function differenceOf(actual: Tensor, expected: Tensor, least = 1): number {
  let scale = least;
  for (const wanted of expected.data) scale = Math.max(scale, Math.abs(wanted));
  let worst = 0;
  expected.data.forEach((wanted, at) => {
    const got = actual.data[at];
    if (Object.is(got, wanted)) return;
    const difference = Math.abs(got - wanted) / scale;
    worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
  });
  return worst;
}
