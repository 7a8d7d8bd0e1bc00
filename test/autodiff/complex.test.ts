import { describe, expect, test } from "vitest";
import { complexForms, NotAnalytic } from "../../src/autodiff/complex.ts";
import { graphOf, input, type Value } from "../../src/ir/graph.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { stopGradient } from "../../src/ops/arithmetic/stop-gradient.ts";
import { exp } from "../../src/ops/arithmetic/exp.ts";
import { gelu } from "../../src/ops/activation/gelu.ts";
import type { Operator, Probe } from "../../src/ops/define.ts";
import { imaginary } from "../../src/ops/complex.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { type Case, caseOf } from "../ops/cases.ts";
import { objectiveOf, runGradients, scaleOf } from "../ops/derivatives.ts";
import { interpret } from "../support/interpret.ts";
import { Random } from "../support/random.ts";
import "../support/close.ts";

const step = 1e-20;

/** The complex forms of a case's floating outputs when every variable moves by `step` in its direction. */
function moved({ outputs, variables, feeds }: Case): { of: readonly Value[]; re: Tensor[]; slopes: Tensor[]; directions: Tensor[] } {
  const random = new Random("directions");
  const of = outputs.filter(({ dtype }) => isFloating(dtype));
  const directions = variables.map(({ shape }) => random.tensor("float64", shape, [-1, 1]));
  const parts = variables.map((value) => input(value));
  const forms = complexForms(of, new Map(variables.map((value, at) => [value, { re: value, im: parts[at] }])));
  const all = new Map([...feeds, ...parts.map((part, at) => [part, scaled(directions[at], step)] as const)]);
  const results = interpret(graphOf([...all.keys()], [...forms.map(({ re }) => re), ...forms.map(imaginary)]), all);
  const slopes = results.slice(of.length).map((part) => scaled(part, 1 / step));
  return { of, re: results.slice(0, of.length), slopes, directions };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);
const dot = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  sum(a.map(({ data }, k) => sum(Array.from(data, (x, i) => x * b[k].data[i]))));
const scaled = ({ shape, data }: Tensor, factor: number): Tensor =>
  tensorOf(
    "float64",
    shape,
    Array.from(data, (x) => factor * x),
  );

const withoutForm = new Set([
  "CumProd",
  "Digamma",
  "Erf",
  "Erfc",
  "LinearRecurrence",
  "LogGamma",
  "Polygamma",
  "GeluSlope",
  "MishSlope",
  "SwishSlope",
  "Gelu none",
  "ScatterElements mul",
  "ScatterElements max",
  "ScatterElements min",
]);
for (const how of ["mul", "max", "min"]) withoutForm.add(`ScatterND ${how}`);

function isWithoutForm({ type }: Operator, { attributes = {} }: Probe): boolean {
  const { approximate = "none", reduction } = attributes;
  return (
    withoutForm.has(type) ||
    withoutForm.has(`${type} ${String(reduction)}`) ||
    (type === "Gelu" && withoutForm.has(`Gelu ${String(approximate)}`))
  );
}

const differentiable = catalogue
  .flatMap((op) => op.probes.map((probe, at) => [op.type, at, op, probe] as const))
  .filter(([, , op, probe]) => {
    const { outputs, variables } = caseOf(op, probe);
    return variables.length > 0 && outputs.some(({ dtype }) => isFloating(dtype));
  });

describe("the slope along a direction, without any gradient rule", () => {
  test.each(differentiable)("%s, probe %i", (_, __, op, probe) => {
    const own = caseOf(op, probe);
    if (isWithoutForm(op, probe)) {
      expect(() => moved(own)).toThrow(NotAnalytic);
      return;
    }
    const { of, re, slopes, directions } = moved(own);
    const plain = interpret(graphOf([...own.feeds.keys()], of), own.feeds);
    of.forEach((value, at) => {
      expect(slopes[at].shape).toEqual(value.shape);
      expect(re[at], "the real part").toBeNear(plain[at], { relative: 1e-13, absolute: 1e-14 * scaleOf(plain[at]) });
    });
    const objective = objectiveOf(own);
    const gradients = runGradients(objective);
    const weights = objective.weights.map((weight) => objective.feeds.get(weight) as Tensor);
    const size = 1 + sum(gradients.map(({ data }) => sum(Array.from(data, Math.abs))));
    expect(dot(slopes, weights) - dot(gradients, directions)).toSatisfy((off: number) => Math.abs(off) <= 1e-13 * size);
  });

  test("every operator that is said to have no complex form has none", () => {
    const without = catalogue.flatMap((op) => op.probes.filter((probe) => isWithoutForm(op, probe)).map(() => op.type));
    expect([...new Set(without)]).toEqual([
      "Gelu",
      "GeluSlope",
      "MishSlope",
      "SwishSlope",
      "Digamma",
      "Erf",
      "Erfc",
      "LogGamma",
      "Polygamma",
      "CumProd",
      "LinearRecurrence",
      "ScatterElements",
      "ScatterND",
    ]);
  });
});

test("far from the real axis the forms are those of complex analysis", () => {
  const x = input({ dtype: "float64", shape: [] });
  const y = input({ dtype: "float64", shape: [] });
  const [form] = complexForms([exp(mul(x, x))], new Map([[x, { re: x, im: y }]]));
  const feeds = new Map([
    [x, tensorOf("float64", [], [1.5])],
    [y, tensorOf("float64", [], [0.5])],
  ]);
  const [re, im] = interpret(graphOf([x, y], [form.re, imaginary(form)]), feeds);
  // exp((1.5 + 0.5i)²) = exp(2 + 1.5i)
  expect(re).toBeNear(tensorOf("float64", [], [Math.exp(2) * Math.cos(1.5)]), { relative: 1e-14 });
  expect(im).toBeNear(tensorOf("float64", [], [Math.exp(2) * Math.sin(1.5)]), { relative: 1e-14 });
});

test("what gradients do not pass stays real", () => {
  const x = input({ dtype: "float64", shape: [2] });
  const [form] = complexForms([stopGradient(x)], new Map([[x, { re: x, im: x }]]));
  expect(form.im).toBeNull();
});

test("an operator without a form is named", () => {
  const x = input({ dtype: "float64", shape: [2] });
  const y = gelu(x);
  expect(() => complexForms([mul(y, y)], new Map([[x, { re: x, im: x }]]))).toThrow(
    expect.objectContaining({ node: y.node, op: "Gelu", message: "Gelu has no complex form" }),
  );
});
