import { reverse, unbroadcast } from "../../autodiff/reverse.ts";
import { currentId, type Value } from "../../ir/graph.ts";
import { apply, paddedInputs } from "../../ops/apply.ts";
import type { Attributes } from "../../ops/define.ts";
import { reduceSum } from "../../ops/reduction/reduce-sum.ts";
import { sameShape } from "../../tensor/shape.ts";
import { type Change, ruleOf } from "../backward.ts";
import type { Mutation, OperatorMistake, Ways, WrongRule } from "../mistakes/define.ts";
import type { TapeStep } from "../tape.ts";
import type { Consequence, Ground } from "./ground.ts";

/** A mistake that is made with certain operators: in their gradients, and in their values with what follows from those. */
export const madeWith = (...operators: readonly OperatorMistake[]): Ways => ({
  topic: "operators",
  operators,
  rules: (step, ground) => operators.flatMap((mistake) => (isMadeAt(step, mistake) ? wrongGradients(mistake, step, ground) : [])),
  mutations: (step, ground) => operators.flatMap((mistake) => (isMadeAt(step, mistake) ? wrongValues(mistake, step, ground) : [])),
});

const isMadeAt = ({ op, outputs }: TapeStep, { operator, isMade }: OperatorMistake): boolean =>
  operator === op && (isMade === undefined || isMade(outputs[0]));

export const axisOf = ({ axis }: Attributes): number => axis as number;

export const sumAlong = (x: Value, attributes: Attributes): Value => reduceSum(x, { axes: [axisOf(attributes)] });

/** Each gradient may go wrong by itself, or all of them together. */
function wrongGradients({ gradients }: OperatorMistake, step: TapeStep, ground: Ground): WrongRule[] {
  const flowing = ground.flowingInputs(step).filter((at) => step.inputs[at] !== null);
  if (gradients === undefined || flowing.length === 0) return [];
  return (flowing.length > 1 ? [flowing, ...flowing.map((at) => [at])] : [flowing]).map((chosen) => ({
    step,
    input: chosen.length === 1 ? chosen[0] : null,
    change: changeOf(step, gradients, chosen),
  }));
}

function changeOf(step: TapeStep, gradients: NonNullable<OperatorMistake["gradients"]>, chosen: readonly number[]): Change {
  return ({ grads, flows }) => {
    const application = { inputs: paddedInputs(step.op, step.inputs), outputs: step.outputs, grads, attributes: step.node.attributes };
    const wrong = gradients(application, (other) => ruleOf(step, other.inputs, other.outputs, other.grads));
    return flows.map((right, at) => {
      const value = step.inputs[at];
      const gradient = wrong[at] ?? null;
      return value === null || gradient === null || !chosen.includes(at) ? right : unbroadcast(gradient, value.shape);
    });
  };
}

function wrongValues({ output }: OperatorMistake, step: TapeStep, ground: Ground): Mutation[] {
  if (output === undefined) return [];
  const common = { name: step.owner.name, edges: [], place: ground.placeOf(step), places: 1, family: "fixed" } as const;
  const ways = ground.backward === null ? [false] : [false, true];
  return ways.map((ownGradient) => ({ ...common, consequence: () => withOutput(ground, step, output, ownGradient) }));
}

/** The program with one value computed in another way, and gradients by the operator's rule at that value or by the other way's own. */
function withOutput(
  { tape, backward }: Ground,
  target: TapeStep,
  output: NonNullable<OperatorMistake["output"]>,
  ownGradient: boolean,
): Consequence {
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
