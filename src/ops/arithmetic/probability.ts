import { z } from "zod";
import * as term from "../../formula/term.ts";
import { defineOp, floats, rounded } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { indexAt } from "../../tensor/shape.ts";
import type { Value } from "../../ir/graph.ts";

const attributes = z.strictObject({ what: z.string().default("input") });

export const Probability = defineOp({
  type: "Probability",
  category: "arithmetic",
  summary: "The same numbers again, all of which are probabilities: one below 0 or above 1 is refused. What is NaN remains so.",
  inputs: [{ name: "input", type: "T", differentiable: true }],
  outputs: [{ name: "output" }],
  types: { T: floats },
  attributes,
  // Not linear to those who ask: a tangent is no probability.
  traits: [],
  infer: ([x]) => [x],
  kernel: ([x], [y], { what }) => {
    const bad = x.data.findIndex((p: number) => p < 0 || p > 1);
    if (bad < 0) return y.data.set(x.data);
    const message = `the ${what} is ${x.data[bad]} at [${indexAt(bad, x.shape).join(", ")}], which is no probability: it must lie between 0 and 1`;
    throw new OperatorError("domain", message, { input: 0 });
  },
  rows: ([axis]) => axis,
  vjp: ({ grads: [g] }) => [g],
  // What lies off the real axis is no probability.
  complex: ({ inputs: [z], attributes: { what } }) => [{ re: probability(z.re, what), im: z.im }],
  accuracy: rounded,
  display: { label: "probability", formula: ([x]) => x, derivatives: () => [term.number(1)] },
  probes: [{ inputs: [{ shape: [2, 3], between: [0.1, 0.9] }] }, { inputs: [{ shape: [], between: [0.1, 0.9] }] }],
});

/** The numbers, or a refusal that speaks of them as `what`. */
export const probability = (x: Value, what: string): Value => one(Probability, [x], { what });
