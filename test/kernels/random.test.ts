import { describe, expect, test } from "vitest";
import { drawMask, normal, philox, uniform } from "../../src/kernels/random.ts";

const draws = 100_000;
const each = (draw: (index: number) => number): number[] => Array.from({ length: draws }, (_, index) => draw(index));
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe("random numbers", () => {
  // Known answers that the authors of the generator publish with it.
  test.each([
    [
      [0, 0],
      [0, 0, 0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [-1, -1],
      [-1, -1, -1, -1],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0xa4093822, 0x299f31d0],
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)("key %j and counter %j give the published words", (key, counter, words) => {
    const out = new Uint32Array(4);
    philox(key, counter, out);
    expect([...out]).toEqual([...words]);
  });

  test("uniform and normal numbers have the moments of their distributions", () => {
    const uniforms = each((index) => uniform(1, 2, index));
    const normals = each((index) => normal(1, 2, index));
    expect(uniforms.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(mean(uniforms)).toBeCloseTo(1 / 2, 2);
    expect(mean(uniforms.map((x) => x * x))).toBeCloseTo(1 / 3, 2);
    expect(mean(normals)).toBeCloseTo(0, 2);
    expect(mean(normals.map((x) => x * x))).toBeCloseTo(1, 1);
    expect(normals.every(Number.isFinite)).toBe(true);
  });

  test("seed, stream and index each make a difference, in their upper bits too", () => {
    const numbers = [
      uniform(1, 1, 1),
      uniform(2, 1, 1),
      uniform(1, 2, 1),
      uniform(1, 1, 2),
      uniform(1 + 2 ** 32, 1, 1),
      uniform(1, 1 + 2 ** 32, 1),
      uniform(1, 1, 1 + 2 ** 32),
      uniform(-1, 1, 1),
    ];
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(uniform(1, 1, 1)).toBe(numbers[0]);
  });

  test("an element of a mask depends on its own position alone", () => {
    const [long, short] = [new Uint8Array(draws), new Uint8Array(7)];
    drawMask(5, 0.7, long);
    drawMask(5, 0.7, short);
    expect([...short]).toEqual([...long.subarray(0, 7)]);
    expect(mean([...long])).toBeCloseTo(0.7, 2);
    drawMask(5, 0, short);
    expect([...short]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    drawMask(5, 1, short);
    expect([...short]).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });
});
