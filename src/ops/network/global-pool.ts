import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { formatShape } from "../../tensor/shape.ts";
import { identity } from "../arithmetic/identity.ts";
import { copied, defineOp, floats, sumOfTerms } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { unary } from "../express.ts";
import { called } from "../notation.ts";
import { reduceMean } from "../reduction/reduce-mean.ts";
import { maxPool } from "./max-pool.ts";
import { spatialSizes } from "./window.ts";

export const GlobalAveragePool = defineOp({
  type: "GlobalAveragePool",
  since: 1,
  category: "network",
  summary: "The average of each channel over all spatial axes, which stay with size 1.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: noAttributes,
  traits: ["linear"],
  body: ([x]) => {
    const axes = spatialSizes("GlobalAveragePool", x.shape, 0).map((_, axis) => axis + 2);
    return [axes.length === 0 ? identity(x) : reduceMean(x, { axes })];
  },
  accuracy: sumOfTerms,
  display: {
    label: "global avg pool",
    formula: called("avgpool"),
    cotangents: (_, __, delta) => [term.quotient(term.call("broadcast", delta), "n")],
  },
  probes: [{ inputs: [[2, 3, 4]] }, { inputs: [[1, 2, 2, 3]] }, { inputs: [[2, 3]] }],
});

export const GlobalMaxPool = defineOp({
  type: "GlobalMaxPool",
  since: 1,
  category: "network",
  summary: "The largest element of each channel over all spatial axes, which stay with size 1.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: noAttributes,
  body: ([x]) => {
    const sizes: readonly number[] = spatialSizes("GlobalMaxPool", x.shape, 0);
    if (sizes.includes(0)) {
      throw new OperatorError("shape", `GlobalMaxPool of a tensor of shape ${formatShape(x.shape)}: its channels have no elements`, {
        input: 0,
      });
    }
    return [sizes.length === 0 ? identity(x) : maxPool(x, { kernel_shape: [...sizes] })];
  },
  accuracy: copied,
  display: {
    label: "global max pool",
    formula: called("maxpool"),
    cotangents: ([x], _, delta, y) => [term.elementwise(delta, term.cases(1, term.relation(x, "=", y), 0))],
  },
  kinks: [{ at: "ties within a channel", convention: "the first of the largest elements (row by row) receives the whole gradient" }],
  probes: [{ inputs: [[2, 3, 4]] }, { inputs: [[1, 2, 2, 3]] }, { inputs: [[2, 3]] }],
});

export const globalAveragePool: (x: Value) => Value = unary(GlobalAveragePool);
export const globalMaxPool: (x: Value) => Value = unary(GlobalMaxPool);
