import { apply } from "../../ops/apply.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { neg } from "../../ops/arithmetic/neg.ts";
import { isComposite } from "../../ops/define.ts";
import type { Value } from "../../ir/graph.ts";
import { pullBack } from "../../autodiff/reverse.ts";
import { type Change, ruleOf } from "../backward.ts";
import type { MistakeName } from "../mistake-names.ts";
import type { Step } from "../tape.ts";
import { bentInput, changing, type Ground, type Mutant, type Places } from "./mutant.ts";
import { mutantsOfRules, type WrongRule } from "./rules.ts";

/** Wrong local derivatives of functions of single numbers: left out, the value in its place, taken at the wrong place. */
export function activationMutants(ground: Ground, places: Places): Mutant[] {
  const { tape, backward } = ground;
  if (backward === null) return [];
  const rules: WrongRule[] = [];
  for (const step of tape.steps) {
    const at = bentInput(backward, step);
    if (at === null) continue;
    const [y] = step.outputs;
    const wrong = (mistake: MistakeName, change: Change): void => void rules.push({ mistake, step, input: at, change });
    wrong(
      "missing_activation_derivative",
      changing(at, ({ grads: [g] }) => g),
    );
    wrong(
      "activation_used_as_derivative",
      changing(at, ({ grads: [g] }) => mul(g, y)),
    );
    wrong(
      "derivative_of_activated_value",
      changing(at, ({ grads }) => derivativeAt(step, at, y, grads)),
    );
    if (isComposite(step.op) || step.op.branches !== undefined) {
      const value = step.inputs[at];
      // Where a function has its kink at 0, the other side of it is where the sign is the other.
      if (value !== null)
        wrong(
          "relu_mask_inverted",
          changing(at, ({ grads }) => derivativeAt(step, at, neg(value), grads)),
        );
    }
  }
  return mutantsOfRules(rules, backward, places);
}

/** What the step's rule gives for one input if that input were `x`. */
function derivativeAt(step: Step, at: number, x: Value, grads: readonly Value[]): Value | null {
  const inputs = step.inputs.map((value, position) => (position === at ? x : value));
  const outputs = apply(step.op, inputs, step.node.attributes, step.outputs.length);
  const { node } = outputs[0];
  if (node === null) return null;
  return (isComposite(step.op) ? pullBack(node, grads) : ruleOf(step, inputs, outputs, grads))[at] ?? null;
}
