import { sizeOf } from "../../tensor/shape.ts";
import { mul } from "../arithmetic/mul.ts";
import type { Value } from "../../ir/graph.ts";
import type { OperatorMistake } from "./define.ts";

/** How many elements each mean is taken over. */
const countOf = (x: Value, y: Value): number => sizeOf(x.shape) / Math.max(1, sizeOf(y.shape));

/** A sum where a mean is meant, in the value or in the gradient alone. */
export const meanMistakes: readonly OperatorMistake[] = [
  {
    mistake: "missing_batch_mean",
    gradients: (situation, rule) => {
      const [gradient] = rule(situation);
      return [gradient === null ? null : mul(gradient, countOf(situation.inputs[0], situation.outputs[0])), null];
    },
    output: (inputs, _, operator) => {
      const mean = operator(inputs);
      return mul(mean, countOf(inputs[0], mean));
    },
  },
];
