import { describe, expect, test } from "vitest";
import { seenBy } from "../../../src/training/optimizers/bias.ts";
import { curveOf } from "../../../src/training/schedules/curves.ts";

/** A product or a power of doubles, exactly, as a fraction of whole numbers. */
function powerOf(x: number, exponent: number): { readonly over: bigint; readonly under: bigint } {
  let under = 1n;
  let over = x;
  while (!Number.isInteger(over)) [over, under] = [over * 2, under * 2n];
  return { over: BigInt(over) ** BigInt(exponent), under: under ** BigInt(exponent) };
}

/** One less a fraction, with sixty bits more than a double has. */
function rest({ over, under }: { readonly over: bigint; readonly under: bigint }): number {
  const left = under - over;
  const shift = BigInt(Math.max(0, under.toString(2).length - left.toString(2).length + 120));
  return Number((left << shift) / under) / 2 ** Number(shift);
}

describe("what an average has seen of its weights", () => {
  test.each([
    [0.9, 1],
    [0.999, 7],
    [1 - 2 ** -40, 1],
    [1 - 2 ** -40, 1000],
    [1 - 2 ** -20, 3000],
    [0.5, 60],
    [0, 5],
  ])("β = %d, step %i", (beta, t) => {
    expect(Math.abs(seenBy(t, beta) / rest(powerOf(beta, t)) - 1)).toBeLessThanOrEqual(8 * Number.EPSILON);
  });

  test("by step a million, all", () => {
    expect(seenBy(1e6, 0.999)).toBe(1);
  });
});

describe("schedules after a million advances are closed forms, not products", () => {
  const lr = 0.1;

  test.each([
    [
      "the floor of a cosine",
      { type: "CosineAnnealingLR", T_max: 1_000_000, eta_min: 0 },
      999_999,
      lr * Math.sin(Math.PI / 2e6) ** 2,
      1e-9,
    ],
    ["a cosine at half", { type: "CosineAnnealingLR", T_max: 1_000_000, eta_min: 0 }, 500_000, lr / 2, 1e-15],
    ["powers", { type: "ExponentialLR", gamma: 0.99999 }, 1_000_000, lr * Math.exp(1e6 * Math.log1p(-1e-5)), 1e-9],
    ["steps", { type: "StepLR", step_size: 1000, gamma: 0.99 }, 1_000_000, lr * 0.99 ** 1000, 1e-13],
  ] as const)("%s", (_, source, n, expected, within) => {
    expect(Math.abs(curveOf(source, lr)(n) / expected - 1)).toBeLessThan(within);
  });
});
