import { describe, expect, test } from "vitest";
import { checkMethods } from "../../../src/grading/check/request.ts";
import { problemOf } from "../../support/problems.ts";
import { probed } from "../probed.ts";
import { check } from "../answers.ts";

// Every operator at the points that it names itself, by every method that it allows.

const few = { samples: 6, directions: 1 };

describe("every operator passes", () => {
  test.each(probed)("%s, probe %i", (_, __, request) => {
    const methods = checkMethods.filter((method) => method !== "complex_step");
    const answer = check({ ...request, ...few, methods });
    expect(answer.passed).toBe(true);
    // Probes keep away from kinks by more than a small step, though not by the largest of a Taylor remainder.
    for (const { kinks } of Object.values(answer.central_difference?.gradients ?? {})) expect(kinks).toBe(0);
    expect(answer.warnings.filter(({ code }) => code !== "gradient_vanishes")).toEqual([]);
  });

  test.each(probed)("%s, probe %i, off the real axis or not at all", (type, _, request) => {
    const exact = { ...request, ...few, methods: ["complex_step"], atol: 1e-10, rtol: 1e-10 };
    if (mayLackComplexForm.has(type)) {
      try {
        expect(check(exact).passed).toBe(true);
      } catch {
        expect(problemOf(() => check(exact))).toMatchObject({
          code: "not_analytic",
          errors: [{ pointer: "/graph/nodes/0" }, { pointer: "/methods/0" }],
        });
      }
    } else expect(check(exact).passed).toBe(true);
  });
});

/** The error function, that of gamma and the slopes of activations have no complex form; nor have running products, minima, maxima and products at places that are met several times. */
const mayLackComplexForm = new Set([
  "Erf",
  "Erfc",
  "Digamma",
  "LogGamma",
  "Polygamma",
  "CumProd",
  "LinearRecurrence",
  "Gelu",
  "GeluSlope",
  "MishSlope",
  "SwishSlope",
  "ScatterElements",
  "ScatterND",
]);
