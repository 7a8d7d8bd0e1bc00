import { pullBack } from "../../autodiff/reverse.ts";
import type { Value } from "../../ir/graph.ts";
import { apply } from "../../ops/apply.ts";
import { Sigmoid, sigmoid } from "../../ops/activation/sigmoid.ts";
import { Add } from "../../ops/arithmetic/add.ts";
import { Div, div } from "../../ops/arithmetic/div.ts";
import { Exp } from "../../ops/arithmetic/exp.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { Neg } from "../../ops/arithmetic/neg.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { isComposite, type Operator } from "../../ops/define.ts";
import { sameShape } from "../../tensor/shape.ts";
import { type Pull, ruleOf } from "../backward.ts";
import type { Ways, WrongRule } from "../mistakes/define.ts";
import type { TapeStep } from "../tape.ts";
import { changing, type Ground } from "./ground.ts";

/** A function of single numbers that is bent: a step, or several that a person takes for one. */
export interface Bend {
  readonly step: TapeStep;
  readonly at: number;
  /** What goes wrong where something else flows back through it. */
  readonly wrong: (flow: (pull: Pull) => Value | null) => WrongRule;
}

/** The bend that begins with a step; null where none does. */
export function bendAt(step: TapeStep, ground: Ground): Bend | null {
  const at = ground.bentInput(step);
  if (at === null) return sigmoidInSteps(step, ground);
  return { step, at, wrong: (flow) => ({ step, input: at, change: changing(at, flow) }) };
}

/** 1 / (1 + exp(-z)), which is backpropagated as a whole by those who know its derivative. */
function sigmoidInSteps(step: TapeStep, ground: Ground): Bend | null {
  const [z] = step.inputs;
  if (step.op !== Neg || z === null) return null;
  const e = next(step, Exp, ground);
  const sum = e && next(e, Add, ground);
  const whole = sum && next(sum, Div, ground);
  if (whole === null || !isOne(sum?.inputs.find((value) => value !== e?.outputs[0])) || !isOne(whole.inputs[0])) return null;
  const [a] = whole.outputs;
  const { node } = sigmoid(z);
  if (node === null || !sameShape(a.shape, z.shape)) return null;
  const one: TapeStep = { op: Sigmoid, node, owner: whole.owner, inputs: [z], outputs: [a] };
  return {
    step: one,
    at: 0,
    wrong: (flow) => ({
      step,
      input: 0,
      name: ground.nameOf(a) ?? whole.owner.name,
      // What arrived at the whole, which further mistakes may have changed, is what comes out of it over its derivative.
      change: changing(0, (pull) => {
        const [right] = pull.flows;
        return right === null ? null : flow({ ...pull, step: one, grads: [div(right, mul(a, sub(1, a)))] });
      }),
    }),
  };
}

/** The only step that uses what a step gives, where it is of an operator. */
function next({ outputs: [value] }: TapeStep, op: Operator, { tape }: Ground): TapeStep | null {
  const [consumer, ...others] = tape.consumers(value);
  return consumer?.step.op === op && others.length === 0 ? consumer.step : null;
}

const isOne = (value: Value | null | undefined): boolean => value?.known?.data.every((x: number) => x === 1) ?? false;

/** A wrong local derivative at every function of single numbers that is bent; null where it cannot be. */
export const atBend = (wrong: (step: TapeStep, at: number) => ((pull: Pull) => Value | null) | null): Ways => ({
  topic: "activations",
  rules: (step, ground) => {
    const bend = bendAt(step, ground);
    const flow = bend && wrong(bend.step, bend.at);
    return bend === null || flow === null ? [] : [bend.wrong(flow)];
  },
});

/** What the step's rule gives for one input if that input were `x`. */
export function derivativeAt(step: TapeStep, at: number, x: Value, grads: readonly Value[]): Value | null {
  const inputs = step.inputs.map((value, position) => (position === at ? x : value));
  const outputs = apply(step.op, inputs, step.node.attributes, step.outputs.length);
  const { node } = outputs[0];
  if (node === null) return null;
  return (isComposite(step.op) ? pullBack(node, grads) : ruleOf(step, inputs, outputs, grads))[at] ?? null;
}
