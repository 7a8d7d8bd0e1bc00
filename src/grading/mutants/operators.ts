import { unbroadcast, reverse } from "../../autodiff/reverse.ts";
import { currentId, type Value } from "../../ir/graph.ts";
import { apply, paddedInputs } from "../../ops/apply.ts";
import { mistakesWith } from "../../ops/mistakes/catalogue.ts";
import { sameShape } from "../../tensor/shape.ts";
import { type Change, ruleOf } from "../backward.ts";
import type { Step } from "../tape.ts";
import type { Ground, Mutant, Outcome, Places } from "./mutant.ts";
import { mutantsOfRules, type WrongRule } from "./rules.ts";

/** The mistakes that are made with certain operators: in their gradients, and in their values with what follows from those. */
export function operatorMutants(ground: Ground, places: Places): Mutant[] {
  const { tape, backward } = ground;
  const rules: WrongRule[] = [];
  const values: Mutant[] = [];
  for (const step of tape.steps) {
    for (const { mistake, gradients, output } of mistakesWith(step.op)) {
      if (backward !== null && gradients !== undefined) {
        const flowing = step.inputs.flatMap((value, at) => (value !== null && backward.flowAt(step, at) !== null ? [at] : []));
        // Each gradient may go wrong by itself, or all of them together.
        for (const chosen of flowing.length > 1 ? [flowing, ...flowing.map((at) => [at])] : [flowing]) {
          if (chosen.length > 0)
            rules.push({ mistake, step, input: chosen.length === 1 ? chosen[0] : null, change: changeOf(step, gradients, chosen) });
        }
      }
      if (output === undefined) continue;
      const common = { mistake, name: step.owner.name, edges: [], place: places.of(step), places: 1, family: "fixed" } as const;
      values.push({ ...common, outcome: () => withOutput(ground, step, output, false) });
      if (backward !== null) values.push({ ...common, outcome: () => withOutput(ground, step, output, true) });
    }
  }
  return [...(backward === null ? [] : mutantsOfRules(rules, backward, places)), ...values];
}

type Gradients = NonNullable<ReturnType<typeof mistakesWith>[number]["gradients"]>;
type Output = NonNullable<ReturnType<typeof mistakesWith>[number]["output"]>;

function changeOf(step: Step, gradients: Gradients, chosen: readonly number[]): WrongRule["change"] {
  return ({ grads, flows }) => {
    const situation = { inputs: paddedInputs(step.op, step.inputs), outputs: step.outputs, grads, attributes: step.node.attributes };
    const wrong = gradients(situation, (other) => ruleOf(step, other.inputs, other.outputs, other.grads));
    return flows.map((right, at) => {
      const value = step.inputs[at];
      const gradient = wrong[at] ?? null;
      return value === null || gradient === null || !chosen.includes(at) ? right : unbroadcast(gradient, value.shape);
    });
  };
}

/** The program with one value computed in another way, and gradients by the operator's rule at that value or by the other way's own. */
function withOutput({ tape, backward }: Ground, target: Step, output: Output, ownGradient: boolean): Outcome {
  const place = tape.steps.indexOf(target);
  const since = currentId();
  let other: Value | null = null;
  const rebuilt = tape.rebuilt(new Map(), (step, inputs) => {
    if (step !== target) return null;
    const operator = (own: readonly Value[]): Value => apply(step.op, own, step.node.attributes, step.outputs.length)[0];
    const value = output(paddedInputs(step.op, inputs), step.node.attributes, operator);
    if (sameShape(value.shape, step.outputs[0].shape)) other = value;
    return other;
  }).tape;
  if (backward === null) return { tape: rebuilt, backward };
  const change: Change = ({ step, grads, flows }) => {
    if (other === null) return flows;
    const { gradientOf } = reverse([other], grads, since);
    return flows.map((right, at) => {
      const value = step.inputs[at];
      return right === null || value === null ? right : gradientOf(value);
    });
  };
  return { tape: rebuilt, backward: backward.over(rebuilt, ownGradient ? { changes: new Map([[rebuilt.steps[place], change]]) } : {}) };
}
