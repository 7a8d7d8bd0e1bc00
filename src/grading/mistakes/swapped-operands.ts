import type { Value } from "../../ir/graph.ts";
import { has } from "../../ops/define.ts";
import { sameShape } from "../../tensor/shape.ts";
import { explains, isGradient, itemName, type Observation, residualOf, wrongness } from "../diagnosis/observation.ts";
import { constantDerivative, type Ground } from "../mutants/ground.ts";
import { fitted } from "../mutants/rules.ts";
import type { TapeStep } from "../tape.ts";
import { defineMistake, type FindingAcross, type WrongRule } from "./define.ts";

/** Gradients of two operands, or of any two items, are taken for one another. */
export const swappedOperands = defineMistake({
  name: "swapped_operands",
  cost: 1.3,
  sentences: {
    en: ({ name }) => `The gradients of the two operands of ${name} are exchanged. Give each operand the derivative by itself.`,
    zh: ({ name }) => `${name} 的两个操作数的梯度互换了。请把各自的导数对应到各自的操作数。`,
  },
  ways: { topic: "operands", rules: exchanged },
  seenAcross: exchangedItems,
});

function exchanged(step: TapeStep, ground: Ground): WrongRule[] {
  const flowing = ground.flowingInputs(step);
  if (!canBeExchanged(step, flowing)) return [];
  const [first, second] = flowing;
  const change: WrongRule["change"] = ({ raw, flows }) => {
    const swapped = (at: number, other: number): Value | null => fitted(raw[other] ?? null, step.inputs[at]);
    const [a, b] = [swapped(first, second), swapped(second, first)];
    if (a === null || b === null) return flows;
    return flows.map((flow, at) => (at === first ? a : at === second ? b : flow));
  };
  return [{ step, input: null, change }];
}

/** Whether the gradients of two operands can be taken for one another, and differ. */
function canBeExchanged(step: TapeStep, [first, second, ...others]: readonly number[]): boolean {
  if (second === undefined || others.length > 0) return false;
  const [a, b] = [step.inputs[first], step.inputs[second]];
  if (a === null || b === null || a === b) return false;
  if (!has(step.op, "elementwise")) return sameShape(a.shape, b.shape);
  const own = constantDerivative({ step, input: first });
  return own === null || own !== constantDerivative({ step, input: second });
}

/** Among more gradients than this nobody exchanges two. */
const mostExchanged = 100;

/** Two items that hold each other's right answer. */
function exchangedItems(observations: readonly Observation[]): FindingAcross[] {
  const wrong = [...observations.entries()].filter(([, observation]) => !observation.passed && isGradient(observation));
  if (wrong.length > mostExchanged) return [];
  return wrong.flatMap(([i, a], at) =>
    wrong.slice(at + 1).flatMap(([j, b]): FindingAcross[] => {
      if (a.point !== b.point) return [];
      const residual = Math.max(residualOf(a, b.expected), residualOf(b, a.expected));
      if (!explains(residual, Math.min(wrongness(a), wrongness(b)))) return [];
      return [{ name: `${itemName(a)}, ${itemName(b)}`, explained: new Set([i, j]), residual }];
    }),
  );
}
