import { expect, test } from "vitest";
// First, so that the catalogue has them.
import { faults } from "./planted.ts";
import { accuracyCases, boundsOf, measure } from "./accuracy.ts";

const cases = accuracyCases();

test.each(Object.keys(faults).flatMap((type) => (["float64", "float32"] as const).map((dtype) => [type, dtype] as const)))(
  "the scan sees the fault planted in %s, in %s",
  (type, dtype) => {
    const given = cases.find(({ name, dtype: own }) => name === type && own === dtype);
    if (given === undefined) throw new Error(`no case of ${type}`);
    const program = { graph: { nodes: [{ name: "y", op: `Faulty${type}`, inputs: ["x"] }] } };
    const { value, gradient } = measure({ ...given, program });
    const bounds = boundsOf(given);
    expect(value.units > bounds.value || gradient.units > bounds.gradient, "it is seen").toBe(true);
  },
);
