import type { Value } from "../../ir/graph.ts";
import { relu, Relu } from "../../ops/activation/relu.ts";
import { sigmoid } from "../../ops/activation/sigmoid.ts";
import { LogSoftmax, Softmax } from "../../ops/activation/softmax.ts";
import { tanh, Tanh } from "../../ops/activation/tanh.ts";
import { exp } from "../../ops/arithmetic/exp.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sign } from "../../ops/arithmetic/sign.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { bendAt, derivativeAt } from "../mutants/bends.ts";
import { changing, type Ground } from "../mutants/ground.ts";
import type { TapeStep } from "../tape.ts";
import { defineMistake, type WrongRule } from "./define.ts";

/** A derivative is applied once more, or where there is none: a - y is the gradient by the scores already. */
export const extraActivationDerivative = defineMistake({
  name: "extra_activation_derivative",
  cost: 1.05,
  sentences: {
    en: ({ name }) =>
      `The gradient at ${name} is multiplied by the derivative of an activation once too often. What is combined with a loss, as in a − y, has that derivative in it; a layer without an activation has none.`,
    zh: ({ name }) => `${name} 处的梯度多乘了一次激活函数的导数。与损失合并的式子（如 a − y）已含该导数；没有激活函数的层则不应乘。`,
  },
  ways: { topic: "activations", rules: onceMore },
});

function onceMore(step: TapeStep, ground: Ground): WrongRule[] {
  const times = (at: number, name: string | undefined, factor: Value): WrongRule => ({
    step,
    input: at,
    name,
    change: changing(at, ({ flows }) => {
      const flow = flows[at];
      return flow === null ? null : mul(flow, factor);
    }),
  });
  const bend = bendAt(step, ground);
  if (bend !== null) {
    const z = bend.step.inputs[bend.at];
    const twice = bend.wrong(({ flows }) => {
      const flow = flows[bend.at];
      return z === null || flow === null ? null : derivativeAt(bend.step, bend.at, z, [flow]);
    });
    return [twice];
  }
  const [a] = step.outputs;
  const p = step.op === Softmax ? a : step.op === LogSoftmax ? exp(a) : null;
  return ground.flowingInputs(step).flatMap((at): WrongRule[] => {
    const z = step.inputs[at];
    const own = p === null ? [] : [times(at, undefined, mul(p, sub(1, p)))];
    if (z === null || !isScore(z, ground)) return own;
    const name = ground.nameOf(z) ?? undefined;
    return [...own, ...derivativesIn(ground, z).map((derivative) => times(at, name, derivative))];
  });
}

/** What a layer gives before its activation: a sum with a parameter of its own, or a product with one, that only one step takes up. */
function isScore(z: Value, ground: Ground): boolean {
  if (z.shape.length === 0 || ground.tape.consumers(z).length !== 1) return false;
  const inputs = z.node?.inputs ?? [];
  return inputs.length > 1 && inputs.some((value) => value !== null && value.shape.length > 0 && ground.isLeaf(value));
}

/** The derivatives that somebody may copy from another layer; the sigmoid's is the one of textbooks. */
function derivativesIn({ tape }: Ground, z: Value): Value[] {
  const operators = new Set(tape.steps.map(({ op }) => op));
  const s = sigmoid(z);
  return [
    mul(s, sub(1, s)),
    ...(operators.has(Tanh) ? [sub(1, mul(tanh(z), tanh(z)))] : []),
    ...(operators.has(Relu) ? [sign(relu(z))] : []),
  ];
}
