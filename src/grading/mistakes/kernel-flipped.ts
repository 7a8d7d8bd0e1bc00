import type { Value } from "../../ir/graph.ts";
import { Conv } from "../../ops/network/conv.ts";
import { slice } from "../../ops/shape/slice.ts";
import { madeWith } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** Convolution and correlation taken for one another, in the value or in a gradient alone. */
export const kernelFlipped = defineMistake({
  name: "kernel_flipped",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The kernel of ${name} is turned round on the way (or should be and is not). Forward is a correlation without a flip; the gradient by the input needs the kernel flipped, that by the weights does not.`,
    zh: ({ name }) =>
      `${name} 的卷积核在计算中被翻转了（或该翻转而未翻转）。前向是不翻转的互相关；对输入的梯度需要翻转核，对权重的梯度不需要。`,
  },
  ways: madeWith({
    operator: Conv,
    gradients: (at, rule) => {
      const [x, w, ...rest] = at.inputs;
      const [, right] = rule(at);
      return [rule({ ...at, inputs: [x, flipped(w), ...rest] })[0], right === null ? null : flipped(right), null];
    },
    output: ([x, w, ...rest], _, operator) => operator([x, flipped(w), ...rest]),
  }),
});

/** The kernels with every spatial axis turned round. */
function flipped(w: Value): Value {
  const spatial = w.shape.slice(2).map((_, axis) => axis);
  return slice(w, {
    starts: spatial.map(() => -1),
    ends: spatial.map(() => -(2 ** 31)),
    axes: spatial.map((axis) => axis + 2),
    steps: spatial.map(() => -1),
  });
}
