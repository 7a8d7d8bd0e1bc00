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

const attributes = z.strictObject({ ...recurrentAttributes, input_forget: flag.default(false) });

export const LSTM = defineOp({
  type: "LSTM",
  since: 14,
  category: "network",
  summary:
    "A layer of long short-term memory cells over sequences, with gates in the order input, output, forget, cell. Y holds h at every step, Y_h and Y_c the last h and c. The clip bounds what goes into the gates.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "W", type: "T", differentiable: true },
    { name: "R", type: "T", differentiable: true },
    { name: "B", type: "T", differentiable: true, optional: true },
    { name: "sequence_lens", type: "T1", optional: true },
    { name: "initial_h", type: "T", differentiable: true, optional: true },
    { name: "initial_c", type: "T", differentiable: true, optional: true },
    { name: "P", type: "T", differentiable: true, optional: true },
  ],
  outputs: [{ name: "Y" }, { name: "Y_h" }, { name: "Y_c" }],
  types: { T: floats, T1: ["int32"] },
  attributes,
  body: ([x, w, r, b, sequenceLens, initialH, initialC, p], given, outputCount) => {
    const facts = { op: "LSTM", gates: 4, activations: ["Sigmoid", "Tanh", "Tanh"], parts: 2 } as const;
    const inputs = { x, w, r, b, sequenceLens, initialH, initialC, p };
    return recur(facts, inputs, given, (own) => cellOf(own, given)).slice(0, outputCount);
  },
  display: { label: "LSTM", formula: called("LSTM") },
  probes: [
    {
      inputs: [
        [3, 2, 2],
        [1, 8, 2],
        [1, 8, 2],
      ],
    },
    {
      inputs: [[3, 2, 1], [2, 8, 1], [2, 8, 2], [2, 16], { values: [3, 1], shape: [2], dtype: "int32" }, [2, 2, 2], [2, 2, 2], [2, 6]],
      attributes: { direction: "bidirectional" },
    },
    {
      inputs: [[1, 2, 2], [1, 4, 2], [1, 4, 1], [1, 8], null, null, [1, 1, 1]],
      attributes: { direction: "reverse", layout: 1, clip: 1.25, hidden_size: 1, input_forget: true },
      outputs: 1,
    },
    {
      inputs: [[2, 1, 1], [1, 4, 1], [1, 4, 1], null, null, null, null, [1, 3]],
      attributes: {
        activations: ["HardSigmoid", "Softsign", "Affine"],
        activation_alpha: [0.1, 0.5],
        activation_beta: [0.4, 0.2],
        clip: 5,
        input_forget: true,
      },
    },
  ],
});

interface CellAttributes {
  readonly clip?: number;
  readonly input_forget: boolean;
}

function cellOf(
  { hidden, r, biases, peephole, functions: [f, g, h] }: Parameters,
  { clip: limit, input_forget: coupled }: CellAttributes,
): Cell {
  const limited = (sum: Value): Value => (limit === undefined ? sum : clip(sum, -limit, limit));
  const pieces = (value: Value, ...counts: readonly number[]): readonly Value[] =>
    split(
      value,
      counts.map((count) => count * hidden),
      value.shape.length - 1,
    );
  const peeps = peephole === null ? null : pieces(peephole, 1, 1, 1);
  const next = (input: Value, forget: Value, candidate: Value, c: Value): Value => add(mul(forget, c), mul(input, candidate));
  const step = (x: Value, [before, c]: readonly Value[]): readonly Value[] => {
    const sums = gemm(before, r, x, { transB: true });
    if (peeps === null) {
      // The gates of one function go through it together.
      const [gates, candidate] = pieces(limited(sums), 3, 1);
      const [input, output, forget] = pieces(f(gates), 1, 1, 1);
      const now = next(input, coupled ? sub(1, input) : forget, g(candidate), c);
      return [mul(output, h(now)), now];
    }
    const [toInput, toOutput, toForget, candidate] = pieces(sums, 1, 1, 1, 1);
    const gate = (sum: Value, memory: Value, peep: Value): Value => f(limited(add(sum, mul(memory, peep))));
    const input = gate(toInput, c, peeps[0]);
    const forget = coupled ? sub(1, input) : gate(toForget, c, peeps[2]);
    const now = next(input, forget, g(limited(candidate)), c);
    return [mul(gate(toOutput, now, peeps[1]), h(now)), now];
  };
  return { bias: biases === null ? null : add(...biases), step };
}

/** Y, Y_h and Y_c. */
export const lstm = (
  { x, w, r, b = null, sequenceLens = null, initialH = null, initialC = null, p = null }: RecurrentInputs,
  given: z.input<typeof attributes> = {},
): readonly Value[] => apply(LSTM, [x, w, r, b, sequenceLens, initialH, initialC, p], attributes.parse(given));
