import { describe, expect, test } from "vitest";
import { graphOf } from "../../src/ir/graph.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { zeros } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import { caseOf, specAt } from "./cases.ts";
import {
  checkAgainstDifferences,
  checkDotProduct,
  differences,
  gradientObjective,
  objectiveOf,
  runGradients,
  scaleOf,
} from "./derivatives.ts";
import { checkKernel } from "./kernel.ts";

/** Four roundings of 2^-24 each, and what a graph of several nodes amplifies. */
const float32 = 4e-6;

/** Inputs that move the outputs, and that no gradient flows to all the same: what is held on purpose. */
const held: Readonly<Record<string, readonly string[]>> = { StopGradient: ["input"] };

describe.each(catalogue.map((op) => [op.type, op] as const))("%s", (_, op) => {
  test("has probes", () => {
    expect(op.probes.length).toBeGreaterThan(0);
  });

  const probes = op.probes.map((probe, at) => [at, probe] as const);

  test.each(probes)("probe %i: inference agrees with the kernel, in every element type", (_, probe) => {
    checkKernel(op, probe);
  });

  test.each(probes)("probe %i: gradients agree with central differences", (_, probe) => {
    checkAgainstDifferences(objectiveOf(caseOf(op, probe)));
  });

  test.each(probes)("probe %i: inputs without a gradient do not move it", (_, probe) => {
    const made = caseOf(op, probe);
    made.inputs.forEach((value, at) => {
      const { name, differentiable, static: fixed } = specAt(op, at);
      if (value === null || !isFloating(value.dtype) || differentiable || fixed || held[op.type]?.includes(name)) return;
      const moved = differences(objectiveOf(made), value);
      expect(moved, name).toBeNear(zeros("float64", value.shape));
    });
  });

  test.each(probes)("probe %i: second derivatives agree with central differences", (_, probe) => {
    checkAgainstDifferences(gradientObjective(objectiveOf(caseOf(op, probe))));
  });

  test.each(probes)("probe %i: forward mode is the transpose of reverse mode, at order 1 and 2", (_, probe) => {
    const objective = objectiveOf(caseOf(op, probe));
    checkDotProduct(objective);
    checkDotProduct(gradientObjective(objective));
  });

  test.each(probes)("probe %i: float32 agrees with float64, values and gradients", (_, probe) => {
    if (!Object.values(op.types).some((types) => types.some(isFloating))) return;
    const [single, double] = (["float32", "float64"] as const).map((element) => {
      const made = caseOf(op, probe, element);
      const outputs = interpret(graphOf([...made.feeds.keys()], made.outputs), made.feeds);
      return { values: [...made.feeds.values(), ...outputs], results: [...outputs, ...runGradients(objectiveOf(made))] };
    });
    // A large number loses more when it is rounded, and so does what is computed from it.
    const largest = Math.max(...double.values.map(scaleOf));
    single.results.forEach((tensor, at) => {
      expect(tensor).toBeNear(double.results[at], {
        relative: float32,
        absolute: float32 * Math.max(largest, scaleOf(double.results[at])),
      });
    });
  });
});
