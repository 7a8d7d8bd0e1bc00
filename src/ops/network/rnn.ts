import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { add } from "../arithmetic/add.ts";
import { clip } from "../arithmetic/clip.ts";
import { apply } from "../apply.ts";
import { defineOp, floats } from "../define.ts";
import { called } from "../notation.ts";
import { gemm } from "../linear/gemm.ts";
import { recur, recurrentAttributes, type RecurrentInputs } from "./recurrent.ts";

const attributes = z.strictObject(recurrentAttributes);

export const RNN = defineOp({
  type: "RNN",
  since: 14,
  category: "network",
  summary:
    "A layer of simple recurrent cells over sequences: h becomes f(x Wᵀ + h Rᵀ + biases), with tanh for f unless told. Y holds h at every step, Y_h its last value.",
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
    const { clip: limit } = given;
    const facts = { op: "RNN", gates: 1, activations: ["Tanh"], parts: 1 } as const;
    return recur(facts, { x, w, r, b, sequenceLens, initialH }, given, ({ r, biases, functions: [f] }) => ({
      bias: biases === null ? null : add(...biases),
      step: (x, [h]) => {
        const sum = gemm(h, r, x, { transB: true });
        return [f(limit === undefined ? sum : clip(sum, -limit, limit))];
      },
    })).slice(0, outputCount);
  },
  display: { label: "RNN", formula: called("RNN") },
  probes: [
    {
      inputs: [
        [3, 2, 2],
        [1, 3, 2],
        [1, 3, 3],
      ],
    },
    {
      inputs: [[3, 2, 2], [2, 2, 2], [2, 2, 2], [2, 4], { values: [3, 2], shape: [2], dtype: "int32" }, [2, 2, 2]],
      attributes: {
        direction: "bidirectional",
        activations: ["Affine", "ScaledTanh"],
        activation_alpha: [0.5, 0.7],
        activation_beta: [0.1],
      },
    },
    {
      inputs: [[2, 3, 1], [1, 2, 1], [1, 2, 2], [1, 4], null, [2, 1, 2]],
      attributes: { direction: "reverse", layout: 1, clip: 1.25, hidden_size: 2, activations: ["Softsign"] },
      outputs: 1,
    },
  ],
});

/** Y and Y_h. */
export const rnn = (
  { x, w, r, b = null, sequenceLens = null, initialH = null }: Omit<RecurrentInputs, "initialC" | "p">,
  given: z.input<typeof attributes> = {},
): readonly Value[] => apply(RNN, [x, w, r, b, sequenceLens, initialH], given);
