import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/ops/catalogue.ts";
import { has, type Operator, type Probe } from "../../src/ops/define.ts";
import { OperatorError } from "../../src/ops/errors.ts";
import { graphOf } from "../../src/ir/graph.ts";
import { scalar, tensorOf } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import { type Case, caseFor, caseOf, shapeOf, tensorsOf } from "./cases.ts";
import { checkAgainstDifferences, gradientObjective, objectiveOf, runGradients } from "./derivatives.ts";
import { checkFills } from "./kernel.ts";

type Shapes = readonly (readonly number[] | null)[];

/** Shapes of a probe's drawn inputs; null where there is none or its numbers are given. */
const drawn = (probe: Probe): Shapes => probe.inputs.map((wanted) => (wanted === null || "dtype" in wanted ? null : shapeOf(wanted)));

/** The probe with other shapes, between the same bounds. */
const reshaped = (probe: Probe, shapes: Shapes): Probe => ({
  ...probe,
  inputs: probe.inputs.map((wanted, at) => {
    const shape = shapes[at];
    if (shape === null || wanted === null) return wanted;
    return "between" in wanted ? { ...wanted, shape } : shape;
  }),
});

/** Every probe with one axis emptied, of one input or of all that have as many elements there. */
function emptied(op: Operator): Shapes[][] {
  return op.probes.map((probe) => {
    const shapes = drawn(probe);
    const sizes = new Set(shapes.flatMap((shape) => shape ?? []));
    const everywhere = [...sizes].map((size) => shapes.map((shape) => shape?.map((own) => (own === size ? 0 : own)) ?? null));
    const single = shapes.flatMap((shape, at) =>
      (shape ?? []).map((_, axis) => shapes.map((other, k) => (k === at && other !== null ? other.with(axis, 0) : other))),
    );
    return [...everywhere, ...single];
  });
}

/** Their statistics of nothing are NaN, and so is what flows through them. */
const statistics = new Set(["BatchNormalization", "InstanceNormalization"]);

/** Makes and runs a case; false when the operator refuses it, as it may: reductions to a maximum need an element. */
function accepts(op: Operator, probe: Probe): boolean {
  let made: Case;
  try {
    made = caseOf(op, probe);
    checkFills(made);
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
  const objective = objectiveOf(made);
  // The mean of nothing is NaN and its maximum -∞: from there, derivatives need only exist.
  const finite = interpret(graphOf([...made.feeds.keys()], made.outputs), made.feeds).every(({ data }) => data.every(Number.isFinite));
  for (const order of [objective, gradientObjective(objective)]) {
    if (finite && !statistics.has(op.type)) checkAgainstDifferences(order);
    else runGradients(order);
  }
  return true;
}

describe.each(catalogue.map((op) => [op.type, op] as const))("%s", (_, op) => {
  test("takes empty tensors or refuses them by an error of its own, gradients included", () => {
    emptied(op).forEach((variants, at) => {
      for (const shapes of variants) {
        const accepted = accepts(op, reshaped(op.probes[at], shapes));
        // Of one input's elements, none is no special case.
        if (has(op, "elementwise") && op.inputs.length === 1 && !op.inputs[0].variadic) expect(accepted, JSON.stringify(shapes)).toBe(true);
      }
    });
  });

  if (has(op, "elementwise"))
    test("takes scalars and single elements of any rank", () => {
      for (const probe of op.probes.filter(({ inputs }) => inputs.every((wanted) => wanted === null || !("dtype" in wanted)))) {
        for (const shape of [[], [1], [1, 1, 1]]) {
          const made = caseOf(
            op,
            reshaped(
              probe,
              drawn(probe).map((own) => own && shape),
            ),
          );
          expect(made.outputs[0].shape).toEqual(shape);
          checkFills(made);
          checkAgainstDifferences(objectiveOf(made));
        }
      }
    });

  test("refuses too few and too many inputs, and element types that it does not list", () => {
    const [probe] = op.probes;
    const tensors = tensorsOf(op, probe);
    const missing = op.inputs.findIndex(({ optional }) => !optional);
    if (missing >= 0) expect(() => caseFor(op, [], probe)).toThrow(OperatorError);
    const more = op.inputs.map((_, at) => tensors[at] ?? null);
    if (!op.inputs[0]?.variadic) expect(() => caseFor(op, [...more, scalar(1)], probe)).toThrow(OperatorError);
    op.inputs.forEach(({ type }, at) => {
      const given = tensors[at] ?? null;
      const other = (["float64", "bool", "int32"] as const).find((dtype) => !op.types[type].includes(dtype));
      if (other === undefined || given === null) return;
      const instead = tensors.with(at, tensorOf(other, given.shape, given.data));
      expect(() => caseFor(op, instead, probe), `input ${at} as ${other}`).toThrow(OperatorError);
    });
  });
});
