import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/ops/catalogue.ts";
import { accuracyOf } from "../../src/ops/define.ts";
import { supportedBuild } from "../../src/kernels/workspace.ts";
import { accuracyPage } from "./accuracy-page.ts";
import { accuracyCases, boundsOf, doublesOf, measure, unitsBetween, type Worst } from "./accuracy.ts";

const measured = accuracyCases().map((given) => ({ given, found: measure(given) }));

/** Operators of which a bound is stated without a case, with the reason. */
const withoutCase: Readonly<Record<string, string>> = {
  Cast: "numbers round as they are stored, which is what every case does",
};

describe.each(measured.map((each) => [`${each.given.name} in ${each.given.dtype}`, each] as const))("%s", (_, { given, found }) => {
  const bounds = boundsOf(given);
  const told = ({ units, at, got, wanted }: Worst): string => {
    const numbers = given.points === undefined ? Object.values(given.inputs).map((text) => doublesOf(text)[at]) : [`number ${at}`];
    return `${units} units off at ${numbers.join(", ")}: ${got} in place of ${wanted}`;
  };

  test("values", () => expect(found.value.units, told(found.value)).toBeLessThanOrEqual(bounds.value));
  test("gradients", () => expect(found.gradient.units, told(found.gradient)).toBeLessThanOrEqual(bounds.gradient));
});

test("every operator that states its accuracy is measured", () => {
  const cases = new Set(measured.map(({ given }) => given.operator));
  const stated = catalogue.filter((op) => accuracyOf(op) !== null).map(({ type }) => type);
  expect(stated.filter((type) => !cases.has(type)).sort()).toEqual(Object.keys(withoutCase).sort());
});

// The kernels of a processor that does not fuse round differently, though within the same bounds.
test.runIf(supportedBuild() === "madd")("the page says what is measured: npm run accuracy", () => {
  expect(accuracyPage(measured)).toBe(readFileSync(new URL("../../docs/accuracy.md", import.meta.url), "utf8"));
});

test("units are those of the type, subnormal numbers counted by their distance", () => {
  expect(unitsBetween(1 + 2 ** -52, 1, 0, "float64")).toBe(1);
  expect(unitsBetween(1, 1, 0.25, "float64")).toBe(0.25);
  expect(unitsBetween(1 + 2 ** -23, 1, 0, "float32")).toBe(1);
  expect(unitsBetween(2 ** -1073, 2 ** -1074, 0, "float64")).toBe(1);
  expect(unitsBetween(0, 2 ** -148, 0, "float32")).toBe(2);
});

test("NaN is right only for NaN, an infinity only for itself, a value's zero only with its sign", () => {
  expect([unitsBetween(NaN, NaN, 0, "float64"), unitsBetween(Infinity, 1e39, 0, "float32"), unitsBetween(-0, -0, 0, "float64")]).toEqual([
    0, 0, 0,
  ]);
  expect([unitsBetween(0, NaN, 0, "float64"), unitsBetween(NaN, 0, 0, "float64"), unitsBetween(Infinity, NaN, 0, "float64")]).toEqual([
    Infinity,
    Infinity,
    Infinity,
  ]);
  expect([unitsBetween(-Infinity, Infinity, 0, "float64"), unitsBetween(Number.MAX_VALUE, Infinity, 0, "float64")]).toEqual([
    Infinity,
    Infinity,
  ]);
  expect([unitsBetween(-0, 0, 0, "float64"), unitsBetween(-0, 0, 0, "float64", false)]).toEqual([Infinity, 0]);
});
