import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { instruction, composed, looped } from "../../kernels/element.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { where } from "../arithmetic/where.ts";
import { defineOp, floats, numbers, rounded } from "../define.ts";
import { one } from "../express.ts";
import { greater, less } from "../logic/comparison.ts";
import { or } from "../logic/connective.ts";
import { activationProbes } from "./family.ts";
import { imaginary } from "../complex.ts";
import { sign } from "../arithmetic/sign.ts";
import { add } from "../arithmetic/add.ts";
import { sub } from "../arithmetic/sub.ts";

export const ThresholdedRelu = defineOp({
  type: "ThresholdedRelu",
  since: 10,
  category: "activation",
  summary: "Every element where it exceeds alpha, 0 elsewhere.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: z.strictObject({ alpha: z.number().default(1) }),
  traits: ["elementwise"],
  body: ([x], { alpha }) => [where(greater(x, alpha), x, 0)],
  accuracy: rounded,
  display: {
    label: "thresholded ReLU",
    formula: ([x], { alpha }) => term.cases(x, term.relation(x, ">", Number(alpha)), 0),
    derivatives: ([x], { alpha }) => [term.cases(1, term.relation(x, ">", Number(alpha)), 0)],
  },
  kinks: [{ at: "x = alpha", convention: "0" }],
  probes: activationProbes({ alpha: 0.5 }),
});

export const Shrink = defineOp({
  type: "Shrink",
  since: 9,
  category: "activation",
  summary:
    "0 for elements between -lambd and lambd; elsewhere the element, moved towards 0 by bias. Integer results are cut off towards zero.",
  inputs: [{ name: "input", type: "T", differentiable: true }],
  outputs: [{ name: "output" }],
  types: { T: numbers },
  attributes: z.strictObject({ bias: z.number().default(0), lambd: z.number().default(0.5) }),
  traits: ["elementwise"],
  infer: ([x]) => [x],
  element: ({ bias, lambd }, [{ dtype }]) => {
    const shrunk = (element: number): number => (element < -lambd ? element + bias : element > lambd ? element - bias : 0);
    if (!isFloating(dtype)) return looped(1, (element) => Math.trunc(shrunk(element)));
    return composed(1, shrunk, (element) => {
      const positive = instruction("where", instruction("gt", element, lambd), instruction("sub", element, bias), 0);
      return instruction("where", instruction("lt", element, -lambd), instruction("add", element, bias), positive);
    });
  },
  vjp: ({ inputs: [x], grads: [g], attributes: { lambd } }) => [where(or(less(x, -lambd), greater(x, lambd)), g, 0)],
  complex: ({ inputs: [z], attributes: { bias, lambd } }) => {
    const kept = or(less(z.re, -lambd), greater(z.re, lambd));
    return [{ re: shrink(z.re, { bias, lambd }), im: where(kept, imaginary(z), 0) }];
  },
  branches: ({ inputs: [x], attributes: { lambd } }) => [sign(sub(x, lambd)), sign(add(x, lambd))],
  accuracy: rounded,
  display: {
    label: "shrink",
    formula: ([x], { bias, lambd }) => {
      const [shift, bound] = [Number(bias), Number(lambd)];
      const [raised, lowered] = shift === 0 ? [x, x] : [term.sum(x, shift), term.difference(x, shift)];
      return term.cases(raised, term.relation(x, "<", -bound), lowered, term.relation(x, ">", bound), 0);
    },
    derivatives: ([x], { lambd }) => [term.cases(1, term.relation(term.call("abs", x), ">", Number(lambd)), 0)],
  },
  kinks: [{ at: "|x| = lambd", convention: "0" }],
  probes: activationProbes({ lambd: 1, bias: 0.5 }, { lambd: 0.3 }),
});

export const thresholdedRelu = (x: Value, alpha: number): Value => one(ThresholdedRelu, [x], { alpha });
export const shrink = (x: Value, attributes: { lambd?: number; bias?: number } = {}): Value => one(Shrink, [x], attributes);
