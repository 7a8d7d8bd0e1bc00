import { describe, expect, test } from "vitest";
import { executable } from "../../src/run/execute.ts";
import { plan } from "../../src/plan/plan.ts";
import { graphOf } from "../../src/ir/graph.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import { isComposite, type Operator } from "../../src/ops/define.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { caseFor, largeCases } from "../ops/cases.ts";
import { interpret } from "../support/interpret.ts";

/** What kernels may get wrong: infinities, NaN, zeros of either sign, the largest and the smallest numbers. */
const specials = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  3.4e38,
  -3.4e38,
  1e-45,
  -1e-45,
  1e-40,
  88.8,
  -104,
  710,
  -746,
  20,
  -20,
];

/** Agreement to some units in the last place of the larger one; NaN agrees with NaN alone, and infinity with itself. */
function farthest(actual: Tensor, expected: Tensor): { at: number; actual: number; expected: number; units: number } {
  const unit = expected.dtype === "float32" ? 2 ** -23 : 2 ** -52;
  const least = expected.dtype === "float32" ? 2 ** -126 : 2 ** -1022;
  let worst = { at: -1, actual: 0, expected: 0, units: 0 };
  expected.data.forEach((wanted, at) => {
    const got = actual.data[at];
    const scale = Math.max(Math.abs(wanted), least) * unit;
    const units = Object.is(got, wanted) || got === wanted ? 0 : Math.abs(got - wanted) / scale;
    if (!(units <= worst.units)) worst = { at, actual: got, expected: wanted, units: Number.isNaN(units) ? Infinity : units };
  });
  return worst;
}

/** What is made of several functions may lose digits between them, as 1 + erf(x) does where erf(x) is close to -1. */
const unitsOf = (op: Operator): number => (isComposite(op) ? 16 : 4);

const run = (op: Operator, tensors: readonly (Tensor | null)[], attributes?: Readonly<Record<string, unknown>>): [Tensor[], Tensor[]] => {
  const { outputs, feeds } = caseFor(op, tensors, { attributes });
  const fed = [...feeds.keys()];
  const { wanted } = executable(plan(fed, outputs))([...feeds.values()], () => false);
  return [[...wanted], interpret(graphOf(fed, outputs), feeds)];
};

describe.each(catalogue.flatMap((op) => largeCases(op, "float64").map(() => op)))("$type over large tensors agrees with its loop", (op) => {
  test.each(["float64", "float32"] as const)("in %s", (dtype) => {
    for (const { feeds, outputs } of largeCases(op, dtype)) {
      const fed = [...feeds.keys()];
      const { wanted } = executable(plan(fed, outputs))([...feeds.values()], () => false);
      interpret(graphOf(fed, outputs), feeds).forEach((expected, at) =>
        expect(farthest(wanted[at], expected).units).toBeLessThanOrEqual(unitsOf(op)),
      );
    }
  });

  test.each(["float64", "float32"] as const)("on special numbers in %s", (dtype) => {
    const [{ feeds }] = largeCases(op, dtype);
    const size = specials.length ** 2;
    const tensors = [...feeds.values()].map((feed, at) =>
      feed.dtype === "float64" || feed.dtype === "float32"
        ? tensorOf(
            feed.dtype,
            [size],
            Array.from({ length: size }, (_, k) => specials[at % 2 === 0 ? k % specials.length : Math.floor(k / specials.length)]),
          )
        : tensorOf(
            feed.dtype,
            [size],
            Array.from({ length: size }, (_, k) => feed.data[k % feed.data.length]),
          ),
    );
    const [actual, expected] = run(op, tensors, op.probes[0].attributes);
    expected.forEach((each, at) =>
      expect(farthest(actual[at], each)).toMatchObject({ units: expect.toSatisfy((units: number) => units <= unitsOf(op)) }),
    );
  });
});
