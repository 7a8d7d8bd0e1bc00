import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { add } from "../arithmetic/add.ts";
import { clip } from "../arithmetic/clip.ts";
import { mul } from "../arithmetic/mul.ts";
import { sub } from "../arithmetic/sub.ts";
import { apply } from "../apply.ts";
import { flag } from "../axes.ts";
import { defineOp, floats } from "../define.ts";
import { called } from "../notation.ts";
import { gemm } from "../linear/gemm.ts";
import { split } from "../shape/split.ts";
import { type Cell, type Parameters, recur, recurrentAttributes, type RecurrentInputs } from "./recurrent.ts";

const attributes = z.strictObject({ ...recurrentAttributes, linear_before_reset: flag.default(false) });

export const GRU = defineOp({
  type: "GRU",
  since: 14,
  category: "network",
  summary:
    "A layer of gated recurrent units over sequences, with gates in the order update, reset, hidden. Y holds h at every step, Y_h its last value. With linear_before_reset the reset gate multiplies what R has made of h, else h itself.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "W", type: "T", differentiable: true },
    { name: "R", type: "T", differentiable: true },
    { name: "B", type: "T", differentiable: true, optional: true },
    { name: "sequence_lens", type: "T1", optional: true },
    { name: "initial_h", type: "T", differentiable: true, optional: true },
  ],
  outputs: [{ name: "Y" }, { name: "Y_h" }],
  types: { T: floats, T1: ["int32"] },
  attributes,
  body: ([x, w, r, b, sequenceLens, initialH], given, outputCount) => {
    const facts = { op: "GRU", gates: 3, activations: ["Sigmoid", "Tanh"], parts: 1 } as const;
    const cell = given.linear_before_reset ? resetAfterProduct : resetBeforeProduct;
    return recur(facts, { x, w, r, b, sequenceLens, initialH }, given, (own) => cell(own, limiter(given.clip))).slice(0, outputCount);
  },
  display: { label: "GRU", formula: called("GRU") },
  probes: [
    {
      inputs: [
        [3, 2, 2],
        [1, 6, 2],
        [1, 6, 2],
      ],
    },
    {
      inputs: [[3, 2, 1], [2, 6, 1], [2, 6, 2], [2, 12], { values: [1, 3], shape: [2], dtype: "int32" }, [2, 2, 2]],
      attributes: { direction: "bidirectional", linear_before_reset: true },
    },
    {
      inputs: [[1, 2, 2], [1, 3, 2], [1, 3, 1], [1, 6], null, [1, 1, 1]],
      attributes: {
        direction: "reverse",
        layout: 1,
        clip: 1.25,
        hidden_size: 1,
        activations: ["HardSigmoid", "Affine"],
        activation_alpha: [0.1, 0.5],
        activation_beta: [0.4, 0.2],
      },
      outputs: 1,
    },
    {
      inputs: [
        [2, 1, 1],
        [1, 6, 1],
        [1, 6, 2],
      ],
      attributes: { linear_before_reset: true },
    },
  ],
});

type Limit = (sum: Value) => Value;

const limiter =
  (limit: number | undefined): Limit =>
  (sum) =>
    limit === undefined ? sum : clip(sum, -limit, limit);

/** (1 - z) · candidate + z · h. */
const mixed = (update: Value, candidate: Value, h: Value): Value => add(candidate, mul(update, sub(h, candidate)));

/** The gates z and r from the sums of both, which go through their function together. */
const gatesOf = (sums: Value, hidden: number): readonly Value[] => split(sums, [hidden, hidden], 1);

function resetBeforeProduct({ hidden, r, biases, functions: [f, g] }: Parameters, limited: Limit): Cell {
  const [toGates, toCandidate] = split(r, [2 * hidden, hidden], 0);
  const step = (x: Value, [h]: readonly Value[]): readonly Value[] => {
    const [gatesInput, candidateInput] = split(x, [2 * hidden, hidden], 1);
    const [update, reset] = gatesOf(f(limited(gemm(h, toGates, gatesInput, { transB: true }))), hidden);
    const candidate = g(limited(gemm(mul(reset, h), toCandidate, candidateInput, { transB: true })));
    return [mixed(update, candidate, h)];
  };
  return { bias: biases === null ? null : add(...biases), step };
}

/** The bias beside R belongs to the product that is reset, so it stays out of the input's share. */
function resetAfterProduct({ hidden, r, biases, functions: [f, g] }: Parameters, limited: Limit): Cell {
  const step = (x: Value, [h]: readonly Value[]): readonly Value[] => {
    const [gatesInput, candidateInput] = split(x, [2 * hidden, hidden], 1);
    const [gatesProduct, product] = split(gemm(h, r, biases?.[1] ?? null, { transB: true }), [2 * hidden, hidden], 1);
    const [update, reset] = gatesOf(f(limited(add(gatesInput, gatesProduct))), hidden);
    return [mixed(update, g(limited(add(candidateInput, mul(reset, product)))), h)];
  };
  return { bias: biases?.[0] ?? null, step };
}

/** Y and Y_h. */
export const gru = (
  { x, w, r, b = null, sequenceLens = null, initialH = null }: Omit<RecurrentInputs, "initialC" | "p">,
  given: z.input<typeof attributes> = {},
): readonly Value[] => apply(GRU, [x, w, r, b, sequenceLens, initialH], attributes.parse(given));
