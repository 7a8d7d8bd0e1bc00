import type { Value } from "../../ir/graph.ts";
import { slice } from "../shape/slice.ts";
import type { OperatorMistake } from "./define.ts";

/** The kernels with every spatial axis turned round. */
function flipped(w: Value): Value {
  const spatial = w.shape.slice(2).map((_, axis) => axis);
  return slice(w, {
    starts: spatial.map(() => -1),
    ends: spatial.map(() => -(2 ** 31)),
    axes: spatial.map((axis) => axis + 2),
    steps: spatial.map(() => -1),
  });
}

/** Convolution and correlation taken for one another, in the value or in a gradient alone. */
export const convMistakes: readonly OperatorMistake[] = [
  {
    mistake: "kernel_flipped",
    gradients: (situation, rule) => {
      const [x, w, ...rest] = situation.inputs;
      const [, right] = rule(situation);
      return [rule({ ...situation, inputs: [x, flipped(w), ...rest] })[0], right === null ? null : flipped(right), null];
    },
    output: ([x, w, ...rest], _, operator) => operator([x, flipped(w), ...rest]),
  },
];
