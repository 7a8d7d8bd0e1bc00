import { sizeOf } from "../../tensor/shape.ts";
import { mul } from "../arithmetic/mul.ts";
import type { Value } from "../../ir/graph.ts";
import { apply } from "../apply.ts";
import { ReduceMean } from "../reduction/reduce-mean.ts";
import type { OperatorMistake } from "./define.ts";

/** How many elements each mean is taken over. */
const countOf = (x: Value, y: Value): number => sizeOf(x.shape) / Math.max(1, sizeOf(y.shape));

/** A sum where a mean was meant, in the value or in the gradient alone. */
export const meanMistakes: readonly OperatorMistake[] = [
  {
    mistake: "missing_batch_mean",
    vjp: ({ inputs: [x], outputs: [y], grads: [g], attributes }) => {
      const rule = "vjp" in ReduceMean ? ReduceMean.vjp : null;
      const [gradient = null] = rule?.({ inputs: [x], outputs: [y], grads: [g], attributes }) ?? [];
      return [gradient === null ? null : mul(gradient, countOf(x, y))];
    },
  },
];
