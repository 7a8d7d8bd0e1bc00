import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { stridedPlaces } from "../../kernels/elementwise.ts";
import { multiply } from "../../kernels/matmul.ts";
import { placesBy } from "../../kernels/matrix.ts";
import { broadcastShapes, broadcastStrides, formatShape, type Shape, sizeOf } from "../../tensor/shape.ts";
import { defineOp, numbers, sumOfTerms } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { reshape } from "../shape/reshape.ts";
import { matrixTranspose } from "../shape/transpose.ts";
import { bilinear } from "../complex.ts";
import { added } from "../reduction/merges.ts";

export const MatMul = defineOp({
  type: "MatMul",
  since: 13,
  category: "linear algebra",
  summary:
    "The matrix product over the last two axes, with the axes before them broadcast. A one-dimensional operand is a row on the left, a column on the right, and loses that axis in the result.",
  inputs: [
    { name: "A", type: "T", differentiable: true },
    { name: "B", type: "T", differentiable: true },
  ],
  outputs: [{ name: "Y" }],
  types: { T: numbers },
  attributes: noAttributes,
  infer: ([a, b]) => {
    const { batch, m, n, left, right } = productOf(a.shape, b.shape);
    const shape = [...batch, ...(left.length === a.shape.length ? [m] : []), ...(right.length === b.shape.length ? [n] : [])];
    return [{ dtype: a.dtype, shape }];
  },
  kernel: ([a, b], [y]) => {
    const { batch, m, n, k, left, right } = productOf(a.shape, b.shape);
    if (y.data.length === 0) return;
    const aPlaces = { rows: placesBy(k, m), columns: placesBy(1, k) };
    const bPlaces = { rows: placesBy(n, k), columns: placesBy(1, n) };
    const yPlaces = { rows: placesBy(n, m), columns: bPlaces.columns };
    // The last axis of the batch is one run of matrices, a fixed step apart on either side.
    const outer = batch.slice(0, -1);
    const steps = [left, right].map((shape) => broadcastStrides(shape.slice(0, -2), batch));
    const starts = stridedPlaces(
      steps.map((step) => step.slice(0, -1)),
      outer,
    );
    const [aNext, bNext] = steps.map((step) => step.at(-1) ?? 0);
    const count = batch.at(-1) ?? 1;
    for (let at = 0; at < y.data.length; at += count * m * n) {
      const [i, j] = starts.next();
      multiply(
        { data: a.data, offset: i * m * k, next: aNext * m * k, ...aPlaces },
        { data: b.data, offset: j * k * n, next: bNext * k * n, ...bPlaces },
        { data: y.data, offset: at, next: m * n, ...yPlaces },
        null,
        count,
      );
    }
  },
  rows: ([ofA, ofB], [a, b]) => {
    const isSummedA = ofA !== null && ofA === a.shape.length - 1;
    const isSummedB = ofB !== null && ofB === Math.max(0, b.shape.length - 2);
    if (isSummedA || isSummedB) return isSummedA && isSummedB ? added : null;
    // Places are counted from the end, where both operands have their matrices. A vector has one axis fewer.
    const [short, other] = [a.shape.length, b.shape.length].map((rank) => Number(rank === 1));
    const places = [
      ofA === null ? null : ofA - a.shape.length + other,
      ofB === null ? null : ofB === b.shape.length - 1 ? -1 : ofB - b.shape.length + short,
    ];
    const found = new Set(places.filter((place) => place !== null));
    const rank = Math.max(a.shape.length, b.shape.length, 2) - short - other;
    return found.size === 1 ? rank + [...found][0] : null;
  },
  vjp: ({ inputs: [a, b], grads: [g] }) => {
    const { batch, m, n, k, left, right } = productOf(a.shape, b.shape);
    // One matrix on the right of many: their rows make one tall matrix, so that no gradient per batch is made and summed.
    const tall = right.length === 2;
    const rows = tall ? reshape(a, [sizeOf(batch) * m, k]) : reshape(a, left);
    const columns = reshape(b, right);
    const seed = reshape(g, tall ? [sizeOf(batch) * m, n] : [...batch, m, n]);
    const toA = matMul(seed, matrixTranspose(columns));
    const toB = matMul(matrixTranspose(rows), seed);
    // A row or column that stood in for a vector goes; batch axes stay for the transform to sum.
    return [
      tall ? reshape(toA, a.shape) : reshape(toA, a.shape.length === 1 ? [...batch, k] : [...batch, m, k]),
      reshape(toB, b.shape.length === 1 ? [...toB.shape.slice(0, -2), k] : toB.shape),
    ];
  },
  complex: ({ inputs: [a, b] }) => [bilinear(matMul, a, b)],
  operations: ([a], [y]) => 2 * sizeOf(y.shape) * (a.shape.at(-1) ?? 1),
  accuracy: sumOfTerms,
  display: {
    label: "@",
    formula: ([a, b]) => term.matrixProduct(a, b),
    cotangents: ([a, b], _, delta) => [term.matrixProduct(delta, term.transpose(b)), term.matrixProduct(term.transpose(a), delta)],
  },
  syntax: { names: [{ name: "dot" }, { name: "mm" }, { name: "bmm" }, { name: "mv" }], infix: "@" },
  probes: [
    {
      inputs: [
        [2, 3],
        [3, 2],
      ],
    },
    { inputs: [[3], [3]] },
    { inputs: [[3], [3, 2]] },
    { inputs: [[2, 3], [3]] },
    {
      inputs: [
        [2, 2, 3],
        [3, 2],
      ],
    },
    {
      inputs: [
        [2, 3],
        [2, 3, 1],
      ],
    },
    {
      inputs: [
        [2, 1, 2, 3],
        [3, 3, 2],
      ],
    },
    { inputs: [[2], [3, 2, 2]] },
    { inputs: [[3, 2, 2], [2]] },
  ],
});

/** The product's sizes, and the operands' shapes as matrices. */
interface Product {
  readonly batch: Shape;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly left: Shape;
  readonly right: Shape;
}

function productOf(a: Shape, b: Shape): Product {
  [a, b].forEach((shape, input) => {
    if (shape.length === 0) throw new OperatorError("shape", "MatMul multiplies matrices and vectors, not scalars; use Mul", { input });
  });
  const left = a.length === 1 ? [1, a[0]] : a;
  const right = b.length === 1 ? [b[0], 1] : b;
  const [m, k] = left.slice(-2);
  const [inner, n] = right.slice(-2);
  if (inner !== k) {
    const message = `MatMul of ${formatShape(a)} and ${formatShape(b)}: the inner sizes ${k} and ${inner} differ`;
    throw new OperatorError("shape", message, { input: 1 });
  }
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)]);
  if (batch === null) {
    throw new OperatorError("shape", `MatMul cannot broadcast the leading axes of ${formatShape(a)} with those of ${formatShape(b)}`, {
      input: 1,
    });
  }
  return { batch, m, n, k, left, right };
}

export const matMul = (a: Value, b: Value): Value => one(MatMul, [a, b]);
