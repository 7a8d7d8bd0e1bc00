import { unbroadcast } from "../../autodiff/reverse.ts";
import { constant, type Value } from "../../ir/graph.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sameShape, sizeOf } from "../../tensor/shape.ts";
import { tensorOf } from "../../tensor/tensor.ts";
import { ruleOf } from "../backward.ts";
import { changing, flowingInputs, type Ground, type Mutant, type Places } from "./mutant.ts";
import { mutantsOfRules, type WrongRule } from "./rules.ts";

/** Gradients of operands that are spread over a batch, such as biases, taken from its first row or not summed up at all. */
export function broadcastMutants({ tape, backward }: Ground, places: Places): Mutant[] {
  if (backward === null) return [];
  const firstRows: WrongRule[] = [];
  const unsummed: Mutant[] = [];
  for (const step of tape.steps) {
    const [output] = step.outputs;
    for (const at of flowingInputs(backward, step)) {
      const value = step.inputs[at];
      if (value === null || !isSpread(value, output)) continue;
      const name = places.nameOf(value) ?? step.owner.name;
      firstRows.push({
        mistake: "bias_first_row_only",
        step,
        input: at,
        name,
        change: changing(at, ({ grads: [g, ...others] }) => {
          const gradient = ruleOf(step, step.inputs, step.outputs, [mul(g, firstRow(g)), ...others])[at] ?? null;
          return gradient === null ? null : unbroadcast(gradient, value.shape);
        }),
      });
      let raw: Value | null = null;
      unsummed.push({
        mistake: "broadcast_not_reduced",
        name,
        edges: places.edges([{ step, input: at }]),
        place: places.of(step),
        places: 1,
        family: "fixed",
        outcome: () => {
          // Nothing that is computed from it would fit any more, so only the gradient itself is of interest.
          const change = changing(at, (pull) => (raw = pull.raw[at] ?? null));
          const amended = backward.amended({ changes: new Map([[step, change]]) });
          return { tape, backward: amended, only: raw === null || sameShape(raw.shape, value.shape) ? null : { value, gradient: raw } };
        },
      });
    }
  }
  return [...mutantsOfRules(firstRows, backward, places), ...unsummed];
}

/** Whether an operand is repeated along the first axis of the result. */
const isSpread = (value: Value, output: Value): boolean =>
  output.shape.length > 0 &&
  output.shape[0] > 1 &&
  sizeOf(value.shape) < sizeOf(output.shape) &&
  value.shape.filter((size) => size > 1).length <= 1 &&
  (value.shape.length < output.shape.length || value.shape[0] === 1);

/** 1 in the first row along axis 0, and 0 elsewhere. */
function firstRow({ dtype, shape }: Value): Value {
  const rows = new Float64Array(shape[0]);
  rows[0] = 1;
  return constant(tensorOf(dtype, [shape[0], ...shape.slice(1).map(() => 1)], rows));
}
