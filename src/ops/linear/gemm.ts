import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { isForKernel, multiply } from "../../kernels/matmul.ts";
import { type Matrix, placesBy } from "../../kernels/matrix.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { broadcastShapes, broadcastStrides, formatShape, sameShape, sizeOf } from "../../tensor/shape.ts";
import type { Tensor, TensorType } from "../../tensor/tensor.ts";
import { mul } from "../arithmetic/mul.ts";
import { flag } from "../axes.ts";
import { type Attributes, defineOp, numbers, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { bilinear, plus, times } from "../complex.ts";
import { isGiven } from "../notation.ts";
import { added } from "../reduction/merges.ts";

export const Gemm = defineOp({
  type: "Gemm",
  since: 13,
  category: "linear algebra",
  summary: "alpha · A · B + beta · C for matrices A and B, each transposed first when told; C is broadcast to the result.",
  inputs: [
    { name: "A", type: "T", differentiable: true },
    { name: "B", type: "T", differentiable: true },
    { name: "C", type: "T", optional: true, differentiable: true },
  ],
  outputs: [{ name: "Y" }],
  types: { T: numbers },
  attributes: z.strictObject({
    alpha: z.number().default(1),
    beta: z.number().default(1),
    transA: flag.default(false),
    transB: flag.default(false),
  }),
  infer: ([a, b, c], { transA, transB }) => {
    const shape = productShape(a, b, transA, transB);
    const wide = c === null ? shape : broadcastShapes([shape, c.shape]);
    if (wide === null || !sameShape(wide, shape)) {
      throw new OperatorError(
        "shape",
        `C of Gemm has shape ${formatShape(c?.shape ?? [])}, which does not broadcast to ${formatShape(shape)}`,
        {
          input: 2,
        },
      );
    }
    return [{ dtype: a.dtype, shape }];
  },
  kernel: ([a, b, c], [y], { alpha, beta, transA, transB }) => {
    const [m, n] = y.shape;
    const addend = c === null ? null : spread(c, broadcastStrides(c.shape, y.shape), m, n);
    const out = spread(y, [n, 1], m, n);
    multiply(matrix(a, transA), matrix(b, transB), out, { alpha, beta: addend === null ? 0 : beta, addend: addend ?? out });
    // Storage of int64 holds doubles, and only whole ones.
    if (y.dtype === "int64") for (let at = 0; at < y.data.length; at++) y.data[at] = Math.trunc(y.data[at]);
  },
  overwrites: 2,
  // The loops round once, and not after each step.
  accumulates: ([a, b, c], { alpha, transA, transB }) => {
    const [m, n] = productShape(a, b, transA, transB);
    const isExact = c === null && alpha === 1 && isFloating(a.dtype) && isForKernel(m, n, a.shape[transA ? 0 : 1]);
    return isExact ? { addend: 2, scaled: (scale) => ({ alpha: scale, beta: 1 }) } : null;
  },
  rows: ([ofA, ofB, ofC], [, , c], { transA, transB }) => {
    const [summedA, summedB] = [transA ? 0 : 1, transB ? 1 : 0];
    if (ofA === summedA || ofB === summedB) return ofA === summedA && ofB === summedB && c === null ? added : null;
    if ((ofA === null) === (ofB === null)) return null;
    const axis = ofA === null ? 1 : 0;
    if (c === null) return axis;
    // An addend that is the same for all rows has one number for all of them.
    const fits = ofC === null ? (c.shape.at(axis - 2) ?? 1) === 1 : ofC + 2 - c.shape.length === axis;
    return fits ? axis : null;
  },
  vjp: ({ inputs: [a, b, c], grads: [g], attributes: { alpha, beta, transA, transB } }) => [
    transA ? gemm(b, g, null, { alpha, transA: transB, transB: true }) : gemm(g, b, null, { alpha, transB: !transB }),
    transB ? gemm(g, a, null, { alpha, transA: true, transB: transA }) : gemm(a, g, null, { alpha, transA: !transA }),
    c === null ? null : beta === 1 ? g : mul(g, beta),
  ],
  complex: ({ inputs: [a, b, c], attributes }) => {
    const product = bilinear((p, q) => gemm(p, q, null, attributes), a, b);
    return [c === null ? product : plus(product, times(attributes.beta, c))];
  },
  operations: ([a], [y], { transA }) => 2 * sizeOf(y.shape) * (a.shape[transA ? 0 : 1] + 1),
  accuracy: sumOfTerms,
  display: { label: "gemm", formula, cotangents },
  probes: [
    {
      inputs: [
        [2, 3],
        [3, 2],
        [2, 2],
      ],
    },
    { inputs: [[2, 3], [3, 4], [4]], attributes: { alpha: 0.5, beta: -2 } },
    {
      inputs: [
        [3, 2],
        [3, 4],
        [2, 1],
      ],
      attributes: { transA: true },
    },
    { inputs: [[2, 3], [4, 3], []], attributes: { transB: 1, alpha: 1.5 } },
    {
      inputs: [
        [3, 2],
        [2, 3],
      ],
      attributes: { transA: 1, transB: 1 },
    },
  ],
});

function productShape(a: TensorType, b: TensorType, transA: boolean, transB: boolean): [number, number] {
  [a, b].forEach(({ shape }, input) => {
    if (shape.length !== 2)
      throw new OperatorError("shape", `Gemm multiplies matrices; this operand has shape ${formatShape(shape)}`, { input });
  });
  const [m, k] = transA ? a.shape.toReversed() : a.shape;
  const [inner, n] = transB ? b.shape.toReversed() : b.shape;
  if (k !== inner) {
    const names = `A${transA ? "ᵀ" : ""} and B${transB ? "ᵀ" : ""}`;
    const message = `Gemm of ${formatShape(a.shape)} and ${formatShape(b.shape)}: the inner sizes ${k} and ${inner} of ${names} differ`;
    throw new OperatorError("shape", message, { input: 1 });
  }
  return [m, n];
}

const matrix = ({ data, shape: [m, n] }: Tensor, transposed: boolean): Matrix =>
  transposed ? spread({ data }, [1, n], n, m) : spread({ data }, [n, 1], m, n);

const spread = ({ data }: Pick<Tensor, "data">, [down, across]: readonly number[], m: number, n: number): Matrix => ({
  data,
  offset: 0,
  rows: placesBy(down, m),
  columns: placesBy(across, n),
});

const turned = (x: term.Term, isTransposed: unknown): term.Term => (isTransposed ? term.transpose(x) : x);
const scaled = (factor: unknown, x: term.Term): term.Term => (factor === 1 ? x : term.product(Number(factor), x));

function formula([a, b, c]: readonly term.Term[], { alpha = 1, beta = 1, transA, transB }: Attributes): term.Term {
  const product = scaled(alpha, term.matrixProduct(turned(a, transA), turned(b, transB)));
  return isGiven(c) ? term.sum(product, scaled(beta, c)) : product;
}

function cotangents(
  [a, b]: readonly term.Term[],
  { alpha = 1, beta = 1, transA, transB }: Attributes,
  delta: term.Term,
): readonly term.Term[] {
  const [left, right] = [term.matrixProduct(delta, turned(b, !transB)), term.matrixProduct(turned(a, !transA), delta)];
  return [
    scaled(alpha, transA ? term.matrixProduct(turned(b, transB), term.transpose(delta)) : left),
    scaled(alpha, transB ? term.matrixProduct(term.transpose(delta), turned(a, transA)) : right),
    scaled(beta, delta),
  ];
}

/** How `gemm` scales and transposes; 1 and not at all unless told. */
export interface GemmOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

export const gemm = (a: Value, b: Value, c: Value | null, options: GemmOptions = {}): Value => one(Gemm, [a, b, c], { ...options });
