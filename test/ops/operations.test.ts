import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/ops/catalogue.ts";
import { isComposite, type Operator } from "../../src/ops/define.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { zeros } from "../../src/tensor/tensor.ts";
import { caseFor, caseOf } from "./cases.ts";

// Estimates refuse a graph before it runs: too small a number lets through what the limit is for.

const operationsOf = (op: Operator, made: ReturnType<typeof caseFor>): number | undefined =>
  isComposite(op) ? undefined : op.operations?.(made.inputs as never, made.outputs, { ...op.defaults, ...made.attributes });

describe("estimates", () => {
  const counting = catalogue.filter((op) => !isComposite(op) && op.operations !== undefined).map((op) => [op.type, op] as const);

  test.each(counting)("%s gives a whole number for every probe", (_, op) => {
    for (const probe of op.probes) {
      const count = operationsOf(op, caseOf(op, probe));
      expect(Number.isSafeInteger(count)).toBe(true);
      expect(count).toBeGreaterThan(0);
    }
  });

  // A multiplication and an addition for each pair that meets.
  test.each<[string, Shape[], Record<string, unknown>, number]>([
    [
      "MatMul",
      [
        [2, 3],
        [3, 4],
      ],
      {},
      2 * 2 * 3 * 4,
    ],
    [
      "MatMul",
      [
        [5, 2, 3],
        [3, 4],
      ],
      {},
      2 * 5 * 2 * 3 * 4,
    ],
    ["MatMul", [[3], [3]], {}, 2 * 3],
    [
      "Gemm",
      [
        [3, 2],
        [3, 4],
      ],
      { transA: true },
      2 * 2 * 3 * 4,
    ],
    [
      "Conv",
      [
        [2, 4, 6, 6],
        [8, 2, 3, 3],
      ],
      { group: 2 },
      2 * 2 * 8 * 16 * 2 * 9,
    ],
    [
      "ConvTranspose",
      [
        [2, 4, 5],
        [4, 3, 2],
      ],
      {},
      2 * 2 * 4 * 5 * 3 * 2,
    ],
    ["AveragePool", [[2, 3, 8]], { kernel_shape: [2], strides: [2] }, 2 * 3 * 4 * 2],
    ["MaxPool", [[2, 3, 8]], { kernel_shape: [2], strides: [2] }, 2 * 3 * 4 * 2],
  ])("%s of %j counts what it does, within a factor of two", (type, shapes, attributes, expected) => {
    const op = catalogue.find((candidate) => candidate.type === type) as Operator;
    const made = caseFor(
      op,
      shapes.map((shape) => zeros("float64", shape)),
      { attributes },
    );
    const count = operationsOf(op, made) ?? 0;
    expect(count).toBeGreaterThanOrEqual(expected / 2);
    expect(count).toBeLessThanOrEqual(expected * 2);
  });
});
