import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/ops/catalogue.ts";
import { accuracyOf, isDifferentiable } from "../../src/ops/define.ts";
import { losses } from "../../src/program/network/losses.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { graphOf } from "../../src/ir/graph.ts";
import { supportedBuild } from "../../src/kernels/workspace.ts";
import { accuracyPage } from "./accuracy-page.ts";
import { interpret } from "../support/interpret.ts";
import { caseOf } from "./cases.ts";
import { accuracyCases, boundsOf, doublesOf, measure, unitsBetween, type Worst } from "./accuracy.ts";

const measured = accuracyCases().map((given) => ({ given, found: measure(given) }));

/** Differentiable operators without a case, with the reason. Those that copy numbers have a test of their own. */
const withoutCase: Readonly<Record<string, string>> = {
  AveragePoolGradient: "what the case of AveragePool measures as its gradient",
  Cast: "numbers round as they are stored, which is what every case does",
  ConvWeightGradient: "what the case of Conv measures as its gradient",
  Dropout: "it multiplies by what it draws",
  GRU: "what a step has rounded is the operand of the next",
  LSTM: "what a step has rounded is the operand of the next",
  MaxPoolGradient: "a sum of what it is given, as ReduceSum's",
  RNN: "what a step has rounded is the operand of the next",
  ScatterElements: "it copies, or folds what meets at a place as Add, Mul, Max and Min do",
  ScatterND: "it copies, or folds what meets at a place as Add, Mul, Max and Min do",
};

const copies = catalogue.filter((op) => isDifferentiable(op) && accuracyOf(op)?.value === 0);

describe.each(measured.map((each) => [`${each.given.name} in ${each.given.dtype}`, each] as const))("%s", (_, { given, found }) => {
  const bounds = boundsOf(given);
  const told = ({ units, at, got, wanted }: Worst): string => {
    const numbers = given.points === undefined ? Object.values(given.inputs).map((text) => doublesOf(text)[at]) : [`number ${at}`];
    return `${units} units off at ${numbers.join(", ")}: ${got} in place of ${wanted}`;
  };

  test("the units are those that are stated", () => expect(bounds.of === "terms").toBe(given.values.terms !== undefined));
  test("values", () => expect(found.value.units, told(found.value)).toBeLessThanOrEqual(bounds.value));
  test("gradients", () => expect(found.gradient.units, told(found.gradient)).toBeLessThanOrEqual(bounds.gradient));
});

test("every differentiable operator is measured, or there is a reason", () => {
  const known = new Set([...measured.map(({ given }) => given.operator), ...copies.map(({ type }) => type)]);
  const differentiable = catalogue.filter(isDifferentiable).map(({ type }) => type);
  expect(differentiable.filter((type) => !known.has(type)).sort()).toEqual(Object.keys(withoutCase));
});

test("every loss of networks is measured", () => {
  const known = new Set(measured.map(({ given }) => given.name.split(",")[0]));
  expect(losses.filter(({ type }) => !known.has(type))).toEqual([]);
});

test.each(copies.map((op) => [op.type, op] as const))("%s gives the numbers that it takes", (_, op) => {
  for (const probe of op.probes) {
    const { outputs, feeds, attributes } = caseOf(op, probe);
    const taken = new Set([0, ...[...feeds.values()].flatMap(({ data }) => Array.from(data)), ...Object.values(attributes)]);
    const given = interpret(graphOf([...feeds.keys()], outputs), feeds);
    const strange = given.flatMap(({ dtype, data }) => (isFloating(dtype) ? Array.from(data).filter((x) => !taken.has(x)) : []));
    expect(strange).toEqual([]);
  }
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
