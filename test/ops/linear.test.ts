import { describe, expect, test } from "vitest";
import { constant, graphOf, type Value } from "../../src/ir/graph.ts";
import { apply } from "../../src/ops/apply.ts";
import { type Tensor, zeros } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import { operatorNamed } from "../support/operator.ts";
import { Random } from "../support/random.ts";
import "../support/close.ts";
import { floats } from "../support/values.ts";

const multiplied = (a: Tensor, b: Tensor): Tensor => interpret(graphOf([], apply(operatorNamed("MatMul"), [constant(a), constant(b)])))[0];

/** The product by its definition. */
function product(a: Tensor, b: Tensor): Tensor {
  const [m, k] = a.shape;
  const [, n] = b.shape;
  const out = zeros(a.dtype, [m, n]);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a.data[i * k + p] * b.data[p * n + j];
      out.data[i * n + j] = sum;
    }
  }
  return out;
}

describe("matrix products", () => {
  // Sizes on both sides of every boundary: tiles of four, few rows or columns, few products, and more columns than one panel holds.
  test.each([
    [1, 1, 1],
    [1, 700, 9],
    [3, 300, 5],
    [4, 128, 4],
    [17, 16, 13],
    [33, 40, 3],
    [64, 1, 64],
    [9, 3000, 50],
    [5, 20_000, 11],
    [40, 300, 230],
    [0, 3, 4],
    [4, 0, 5],
  ])("%i × %i by %i, to the last bit", (m, k, n) => {
    for (const dtype of ["float64", "float32", "int64"] as const) {
      const random = new Random(m * k + n);
      const [a, b] = [random.tensor(dtype, [m, k], [-3, 3]), random.tensor(dtype, [k, n], [-3, 3])];
      expect(multiplied(a, b)).toBeNear(product(a, b));
    }
  });

  test("refuse sizes that do not meet, with both shapes", () => {
    const matMul = operatorNamed("MatMul");
    expect(() => apply(matMul, [floats(2, 3), floats(4, 2)])).toThrow("MatMul of [2, 3] and [4, 2]: the inner sizes 3 and 4 differ");
    expect(() => apply(matMul, [floats(2, 2, 3), floats(3, 3, 2)])).toThrow("leading axes of [2, 2, 3] with those of [3, 3, 2]");
    expect(() => apply(matMul, [floats(), floats(2)])).toThrow(expect.objectContaining({ fault: "shape", input: 0 }));
    expect(() => apply(operatorNamed("Gemm"), [floats(2, 3), floats(2, 3)], { transA: true, transB: true })).toThrow("Aᵀ and Bᵀ");
  });
});

describe("Einsum", () => {
  const einsum = (equation: string, ...shapes: number[][]): Value =>
    apply(
      operatorNamed("Einsum"),
      shapes.map((shape) => floats(...shape)),
      { equation },
    )[0];

  test.each<[equation: string, shapes: number[][], result: number[]]>([
    [
      "ij,jk",
      [
        [2, 3],
        [3, 4],
      ],
      [2, 4],
    ],
    ["ba", [[2, 3]], [3, 2]],
    ["...ij->...ji", [[5, 2, 3]], [5, 3, 2]],
    [
      "i...,...i->...",
      [
        [2, 3, 1],
        [4, 2],
      ],
      [3, 4],
    ],
    ["ii->i", [[3, 3]], [3]],
    ["iii", [[3, 3, 3]], []],
    ["i,j,k->kji", [[2], [3], [4]], [4, 3, 2]],
    [
      "ab,ab->ab",
      [
        [1, 3],
        [2, 1],
      ],
      [2, 3],
    ],
    [",", [[], []], []],
    ["aB", [[2, 3]], [3, 2]],
    [
      "ij,jk->ik",
      [
        [2, 0],
        [0, 4],
      ],
      [2, 4],
    ],
  ])("%s of %j has the shape %j", (equation, shapes, result) => {
    expect(einsum(equation, ...shapes).shape).toEqual(result);
  });

  test.each<[equation: string, shapes: number[][], message: string]>([
    ["ij->k", [[2, 3]], "the output names k, which no operand has"],
    ["ij->ii", [[2, 3]], "the output names i twice"],
    ["ij,jk->ik", [[2, 3]], "speaks of 2 operands, but there are 1"],
    ["ijk", [[2, 3]], "the term ijk names 3 axes, but its operand has the shape [2, 3]"],
    [
      "ij,jk",
      [
        [2, 3],
        [4, 2],
      ],
      "j has size 4 in [4, 2], but 3 in an operand before",
    ],
    ["ii", [[2, 3]], "i stands for axes of sizes 2 and 3 of [2, 3]"],
    ["...i->i", [[2, 3]], "the output i leaves out the ellipsis"],
    ["..i", [[2]], "..i is not a list of letters with at most one ellipsis"],
    ["i->i->i", [[2]], "more than one arrow"],
    [
      "...i,...i",
      [
        [2, 3],
        [4, 3],
      ],
      "an axis of the ellipsis has size 4",
    ],
  ])("%s of %j is refused: %s", (equation, shapes, message) => {
    expect(() => einsum(equation, ...shapes)).toThrow(message);
  });

  test("a chain of products costs products of matrices, not of everything with everything", () => {
    const { node } = einsum("ab,bc,cd,de->ae", [50, 50], [50, 50], [50, 50], [50, 50]);
    expect(node?.expansion?.outputs[0].shape).toEqual([50, 50]);
    const largest = Math.max(
      ...graphOf([], node?.expansion?.outputs ?? []).nodes.flatMap(({ outputs }) => outputs.map(({ shape }) => shape.length)),
    );
    expect(largest).toBe(2);
  });
});
