import { z } from "zod";
import * as term from "../../formula/term.ts";
import { constant, type Value } from "../../ir/graph.ts";
import { drawMask } from "../../kernels/random.ts";
import { scalar, type Tensor } from "../../tensor/tensor.ts";
import { mul } from "../arithmetic/mul.ts";
import { where } from "../arithmetic/where.ts";
import { bools, defineOp, floats, type ProbeInput } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called, isGiven } from "../notation.ts";

const attributes = z.strictObject({ seed: z.int().default(0) });

export const Dropout = defineOp({
  type: "Dropout",
  since: 13,
  category: "network",
  summary:
    "In training, each element is set to 0 with probability ratio (0.5 unless given), and the others are divided by 1 - ratio; else the input unchanged. The mask depends on the seed, the draw and an element's position alone. The draw is an input beyond ONNX: another number, such as that of a training step, gives another mask.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "ratio", type: "T1", optional: true, static: true },
    { name: "training_mode", type: "T2", optional: true, static: true },
    { name: "draw", type: "T3", optional: true },
  ],
  outputs: [{ name: "output" }, { name: "mask" }],
  types: { T: floats, T1: floats, T2: bools, T3: ["int64"] },
  attributes,
  traits: ["linear", "random"],
  // Both outputs exist even where only the first is named, because the gradient needs the mask.
  infer: ([data, ratio, training]) => {
    dropped(ratio?.known ?? null, training?.known ?? null);
    return [data, { dtype: "bool", shape: data.shape }];
  },
  kernel: ([data, ratio, training, draw], [output, mask], { seed }) => {
    const rate = dropped(ratio, training);
    if (rate === 0) {
      output.data.set(data.data);
      mask.data.fill(1);
      return;
    }
    drawMask(seed, 1 - rate, mask.data, oneNumber(draw, "draw", 3) ?? 0);
    const factor = 1 / (1 - rate);
    for (let i = 0; i < output.data.length; i++) output.data[i] = mask.data[i] === 0 ? 0 : data.data[i] * factor;
  },
  rows: ([row], [, ratio, training]) => (dropped(ratio?.known ?? null, training?.known ?? null) === 0 ? row : null),
  vjp: ({ inputs: [, ratio, training], outputs: [, mask], grads: [g] }) => {
    const rate = dropped(ratio?.known ?? null, training?.known ?? null);
    if (rate === 0) return [g, null, null, null];
    return [where(mask, rate === 1 ? g : mul(g, 1 / (1 - rate)), 0), null, null, null];
  },
  display: {
    label: "dropout",
    formula: called("dropout", 1),
    cotangents: ([, ratio, training], _, delta) => [
      isGiven(training) ? term.quotient(term.elementwise("mask", delta), term.difference(1, isGiven(ratio) ? ratio : 0.5)) : delta,
      null,
      null,
      null,
    ],
  },
  probes: [
    { inputs: [[3, 4], single(0.25, "float64"), single(1, "bool")], attributes: { seed: 3 } },
    { inputs: [[8], null, single(1, "bool")], outputs: 1 },
    { inputs: [[2, 3], single(1, "float64"), single(1, "bool")] },
    { inputs: [[2, 3], single(0.5, "float64"), null] },
    { inputs: [[3, 4], null, single(1, "bool"), single(7, "int64")] },
    { inputs: [[]] },
  ],
});

function single(value: number, dtype: "float64" | "bool" | "int64"): ProbeInput {
  return { values: [value], shape: [], dtype };
}

/** The probability with which elements are dropped: 0 outside training. */
function dropped(ratio: Tensor | null, training: Tensor | null): number {
  const given = oneNumber(ratio, "ratio", 1) ?? 0.5;
  if (!(given >= 0 && given <= 1)) {
    throw new OperatorError("attribute", `the ratio of Dropout is ${given}; it may be from 0 to 1`, { input: 1 });
  }
  return (oneNumber(training, "training_mode", 2) ?? 0) === 0 ? 0 : given;
}

function oneNumber(tensor: Tensor | null, name: string, input: number): number | null {
  if (tensor === null) return null;
  if (tensor.data.length === 1) return tensor.data[0];
  throw new OperatorError("shape", `${name} of Dropout is one number, not ${tensor.data.length}`, { input });
}

/** Options of `dropout`: training unless told otherwise is off, as in ONNX. */
export interface DropoutOptions {
  readonly ratio?: number;
  readonly training?: boolean;
  readonly seed?: number;
  /** Another number draws another mask. */
  readonly draw?: Value | null;
}

export const dropout = (x: Value, { ratio = 0.5, training = false, seed = 0, draw = null }: DropoutOptions = {}): Value =>
  one(Dropout, [x, constant(scalar(ratio)), constant(scalar(training ? 1 : 0, "bool")), draw], { seed });
