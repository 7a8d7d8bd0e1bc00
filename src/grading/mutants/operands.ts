import type { Value } from "../../ir/graph.ts";
import { has, isComposite } from "../../ops/define.ts";
import { matrixTranspose } from "../../ops/shape/transpose.ts";
import { unbroadcast } from "../../autodiff/reverse.ts";
import { sameShape } from "../../tensor/shape.ts";
import { ruleOf } from "../backward.ts";
import type { Step } from "../tape.ts";
import { changing, constantDerivative, flowingInputs, type Ground, type Mutant, type Places } from "./mutant.ts";
import { mutantsOfRules, type WrongRule } from "./rules.ts";

/** Gradients of two operands taken for one another, and a square matrix used where its transpose is needed. */
export function operandMutants({ tape, backward }: Ground, places: Places): Mutant[] {
  if (backward === null) return [];
  const rules: WrongRule[] = [];
  for (const step of tape.steps) {
    const flowing = flowingInputs(backward, step);
    if (canBeSwapped(step, flowing)) {
      const [first, second] = flowing;
      rules.push({
        mistake: "swapped_operands",
        step,
        input: null,
        change: ({ raw, flows }) => {
          const swapped = (at: number, other: number): Value | null => fitted(raw[other] ?? null, step.inputs[at]);
          const [a, b] = [swapped(first, second), swapped(second, first)];
          if (a === null || b === null) return flows;
          return flows.map((flow, at) => (at === first ? a : at === second ? b : flow));
        },
      });
    }
    if (has(step.op, "elementwise") || isComposite(step.op)) continue;
    for (const at of flowing) {
      const turned = step.inputs.map((value, position) => (position !== at && isSquare(value) ? matrixTranspose(value) : value));
      if (turned.every((value, position) => value === step.inputs[position])) continue;
      const value = step.inputs[at];
      rules.push({
        mistake: "transposed",
        step,
        input: at,
        name: value === null ? undefined : (places.nameOf(value) ?? undefined),
        change: changing(at, ({ grads }) => fitted(ruleOf(step, turned, step.outputs, grads)[at] ?? null, value)),
      });
    }
  }
  return mutantsOfRules(rules, backward, places);
}

/** Whether the gradients of two operands can be taken for one another, and differ. */
function canBeSwapped(step: Step, [first, second, ...others]: readonly number[]): boolean {
  if (second === undefined || others.length > 0) return false;
  const [a, b] = [step.inputs[first], step.inputs[second]];
  if (a === null || b === null || a === b) return false;
  if (!has(step.op, "elementwise")) return sameShape(a.shape, b.shape);
  const own = constantDerivative({ step, input: first });
  return own === null || own !== constantDerivative({ step, input: second });
}

const isSquare = (value: Value | null): value is Value =>
  value !== null && value.known === null && value.shape.length === 2 && value.shape[0] === value.shape[1] && value.shape[0] > 1;

/** A gradient in the shape of the operand that it is taken for; null where it does not fit. */
function fitted(gradient: Value | null, operand: Value | null): Value | null {
  if (gradient === null || operand === null || gradient.dtype !== operand.dtype) return null;
  if (sameShape(gradient.shape, operand.shape)) return gradient;
  const lead = gradient.shape.length - operand.shape.length;
  const spread = lead >= 0 && operand.shape.every((size, axis) => size === 1 || size === gradient.shape[axis + lead]);
  return spread ? unbroadcast(gradient, operand.shape) : null;
}
