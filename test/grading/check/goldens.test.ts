import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { check, entriesOf } from "../answers.ts";

// The presets against the tools that they are named after: see goldens/README.md.

const Numbers = z.record(z.string(), z.unknown());
const Case = z.object({ expression: z.string(), inputs: Numbers, gradients: Numbers, numerical: Numbers, passed: z.boolean() });
const Goldens = z.object({
  torch: z.array(Case.extend({ eps: z.number(), atol: z.number(), rtol: z.number() })),
  courses: z.array(Case.extend({ preset: z.string(), errors: Numbers })),
  "deeplearning.ai": z.object({
    inputs: Numbers,
    mistaken: z.object({ gradients: Numbers, error: z.number() }),
    right: z.object({ gradients: Numbers, error: z.number() }),
  }),
});
const goldens = Goldens.parse(JSON.parse(readFileSync(new URL("../../goldens/gradient_checks.json", import.meta.url), "utf8")));

const flat = (numbers: unknown): number[] => (Array.isArray(numbers) ? numbers.flatMap(flat) : [Number(numbers)]);

/** Differences of the same formula leave rounding alone, which the step magnifies. */
function expectSameDifferences(answer: ReturnType<typeof check>, numerical: Record<string, unknown>, step: number): void {
  for (const [name, expected] of Object.entries(numerical)) {
    const found = entriesOf(answer, name).entries.map((entry) => Number(entry.numerical));
    flat(expected).forEach((number, at) => expect(Math.abs(found[at] - number)).toBeLessThan(1e-15 / step));
    expect(found.length).toBe(flat(expected).length);
  }
}

describe("torch.autograd.gradcheck", () => {
  test.each(goldens.torch.map((golden, at) => [at, golden.expression, golden.passed ? "passes" : "fails", golden] as const))(
    "case %i, %s, %s as there",
    (_, __, ___, { expression, inputs, gradients, numerical, passed, eps, atol, rtol }) => {
      // The first setting is the tool's default, and so the preset's.
      const own = eps === 1e-6 ? { preset: "torch" } : { step: eps, atol, rtol };
      const answer = check({ expression, inputs, gradients, ...own });
      expect(answer.passed).toBe(passed);
      expectSameDifferences(answer, numerical, eps);
    },
  );

  test("there are cases of both verdicts", () => {
    expect(new Set(goldens.torch.map(({ passed }) => passed))).toEqual(new Set([true, false]));
  });
});

describe("the courses' formulas", () => {
  test.each(goldens.courses.map((golden, at) => [at, golden.preset, golden.passed ? "passes" : "fails", golden] as const))(
    "case %i, %s, %s as there",
    (_, preset, __, { expression, inputs, gradients, numerical, passed }) => {
      const answer = check({ expression, inputs, gradients, preset });
      expect(answer.passed).toBe(passed);
      expectSameDifferences(answer, numerical, answer.central_difference?.step as number);
    },
  );
});

describe("the planted case of the deeplearning.ai course", () => {
  const { inputs, mistaken, right } = goldens["deeplearning.ai"];
  const expression = [
    "A1 = relu(W1 @ x + b1)",
    "A2 = relu(W2 @ A1 + b2)",
    "A3 = sigmoid(W3 @ A2 + b3)",
    "cost = sum(-log(A3) * y - log(1 - A3) * (1 - y)) / 3",
  ].join("; ");
  const request = { expression, inputs, preset: "deeplearning.ai" };

  test("two mistakes are found, with the course's number", () => {
    const answer = check({ ...request, gradients: mistaken.gradients });
    expect(answer.passed).toBe(false);
    expect(answer.central_difference?.error).toBeCloseTo(0.285093156776, 9);
    expect(answer.central_difference?.error).toBeCloseTo(mistaken.error, 9);
    // What is at fault is told apart from what is not.
    const failed = Object.entries(answer.central_difference?.gradients ?? {}).filter(([, { passed }]) => !passed);
    expect(failed.map(([name]) => name)).toEqual(["b1", "W2"]);
  });

  test("mended, it passes with the course's number", () => {
    const answer = check({ ...request, gradients: right.gradients });
    expect(answer.passed).toBe(true);
    expect(answer.central_difference?.error).toBeCloseTo(1.19e-7, 9);
    expect(answer.central_difference?.error).toBeCloseTo(right.error, 9);
  });

  test("Adjoint's own gradients pass, and free of rounding they agree to the last digits", () => {
    const own = check({ ...request, wrt: Object.keys(right.gradients), methods: ["central_difference", "complex_step"] });
    expect(own.central_difference?.passed).toBe(true);
    expect(own.complex_step?.error).toBeLessThan(1e-15);
  });
});
