import { describe, expect, test } from "vitest";
import { catalogue } from "../../../src/ops/catalogue.ts";
import { isFloating } from "../../../src/tensor/dtype.ts";
import { checkMethods } from "../../../src/wire/check-request.ts";
import { writtenAs } from "../../acceptance/fuzz/tensors.ts";
import { caseOf, specAt, tensorsOf } from "../../ops/cases.ts";
import { problemOf } from "../../support/problems.ts";
import { check } from "./service.ts";

// Every operator at the points that it names itself, by every method that it allows.

const probed = catalogue.flatMap((op) =>
  op.probes.flatMap((probe, at) => {
    const { outputs, inputs, variables } = caseOf(op, probe);
    const of = outputs.findIndex(({ dtype }) => isFloating(dtype));
    if (of < 0 || variables.length === 0) return [];
    const names = outputs.map((_, k) => `y${k}`);
    const tensors = tensorsOf(op, probe).map((tensor) => tensor && writtenAs({ ...tensor, numbers: [...tensor.data] }, "flat"));
    // Inputs that decide shapes are literals, as they mostly are.
    const isFed = tensors.map((tensor, k) => tensor !== null && specAt(op, k).static !== true);
    const node = {
      outputs: names,
      op: op.type,
      inputs: tensors.map((tensor, k) => (isFed[k] ? `x${k}` : tensor)),
      attributes: probe.attributes,
    };
    const request = {
      graph: { nodes: [node], outputs: names },
      inputs: Object.fromEntries(tensors.flatMap((tensor, k) => (isFed[k] ? [[`x${k}`, tensor]] : []))),
      wrt: variables.map((variable) => `x${inputs.indexOf(variable)}`),
      of: names[of],
      samples: 6,
      directions: 1,
    };
    return [[op.type, at, request] as const];
  }),
);

describe("every operator passes", () => {
  test.each(probed)("%s, probe %i", (_, __, request) => {
    const methods = checkMethods.filter((method) => method !== "complex_step");
    const answer = check({ ...request, methods });
    expect(answer.passed).toBe(true);
    // Probes keep away from kinks by more than a small step, though not by the largest of a Taylor remainder.
    for (const { kinks } of Object.values(answer.central_difference?.gradients ?? {})) expect(kinks).toBe(0);
    expect(answer.warnings.filter(({ code }) => code !== "gradient_vanishes")).toEqual([]);
  });

  test.each(probed)("%s, probe %i, off the real axis or not at all", (type, _, request) => {
    const exact = { ...request, methods: ["complex_step"], atol: 1e-10, rtol: 1e-10 };
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

/** The error function has no elementary complex form; nor have minima, maxima and products at places that are met several times. */
const mayLackComplexForm = new Set(["Erf", "Gelu", "ScatterElements", "ScatterND"]);
