import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { instruction, composed } from "../../kernels/element.ts";
import { broadcastShapes, formatShape, sameShape } from "../../tensor/shape.ts";
import { mul } from "../arithmetic/mul.ts";
import { where } from "../arithmetic/where.ts";
import { defineOp, numbers, rounded } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { greater } from "../logic/comparison.ts";
import { aroundZero, bySign } from "./family.ts";
import { chosen, times } from "../complex.ts";
import { sign } from "../arithmetic/sign.ts";

const sloped = composed(
  2,
  (x, slope) => (x < 0 ? slope * x : x),
  (x, slope) => instruction("where", instruction("lt", x, 0), instruction("mul", slope, x), x),
);

export const PRelu = defineOp({
  type: "PRelu",
  since: 16,
  category: "activation",
  summary: "Every element where it is positive, slope times the element elsewhere. The slope is broadcast to the shape of X.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "slope", type: "T", differentiable: true },
  ],
  outputs: [{ name: "Y" }],
  types: { T: numbers },
  attributes: noAttributes,
  traits: ["elementwise"],
  infer: ([x, slope]) => {
    const shape = broadcastShapes([x.shape, slope.shape]);
    if (shape === null || !sameShape(shape, x.shape)) {
      throw new OperatorError("shape", `slope of PRelu, ${formatShape(slope.shape)}, does not broadcast to ${formatShape(x.shape)}`, {
        input: 1,
      });
    }
    return [x];
  },
  element: () => sloped,
  vjp: ({ inputs: [x, slope], grads: [g] }) => {
    const positive = greater(x, 0);
    return [where(positive, g, mul(g, slope)), where(positive, 0, mul(g, x))];
  },
  complex: ({ inputs: [z, slope] }) => [chosen(greater(z.re, 0), z, times(z, slope))],
  branches: ({ inputs: [x] }) => [sign(x)],
  accuracy: rounded,
  display: {
    label: "PReLU",
    formula: ([x, slope]) => bySign(x, x, term.product(slope, x)),
    derivatives: ([x, slope]) => [bySign(1, x, slope), bySign(0, x, x)],
  },
  syntax: { names: [{ name: "prelu" }] },
  kinks: [{ at: "x = 0", convention: "the slope", holds: (x) => x === 0 }],
  probes: [{ inputs: [aroundZero, [3]] }, { inputs: [aroundZero, [2, 1]] }, { inputs: [{ shape: [], between: [-1, -0.5] }, []] }],
});

export const pRelu = (x: Value, slope: Value): Value => one(PRelu, [x, slope]);
