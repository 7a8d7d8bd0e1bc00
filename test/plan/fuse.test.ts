import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { executable } from "../../src/run/execute.ts";
import { leastChained } from "../../src/plan/fuse.ts";
import { kernelSteps, plan } from "../../src/plan/plan.ts";
import { graphOf, input, type Node, type Value } from "../../src/ir/graph.ts";
import { apply } from "../../src/ops/apply.ts";
import { operatorOf } from "../../src/ops/define.ts";
import { elu } from "../../src/ops/activation/exponential-linear.ts";
import { relu } from "../../src/ops/activation/relu.ts";
import { sigmoid } from "../../src/ops/activation/sigmoid.ts";
import { tanh } from "../../src/ops/activation/tanh.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { div } from "../../src/ops/arithmetic/div.ts";
import { erf } from "../../src/ops/arithmetic/erf.ts";
import { exp } from "../../src/ops/arithmetic/exp.ts";
import { log } from "../../src/ops/arithmetic/log.ts";
import { max } from "../../src/ops/arithmetic/max-min.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { sub } from "../../src/ops/arithmetic/sub.ts";
import { sumOf } from "../../src/ops/arithmetic/sum.ts";
import { where } from "../../src/ops/arithmetic/where.ts";
import { less } from "../../src/ops/logic/comparison.ts";
import { and, not } from "../../src/ops/logic/connective.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { reshape } from "../../src/ops/shape/reshape.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { Random } from "../support/random.ts";
import { floats } from "../support/values.ts";

const never = (): boolean => false;

/** Runs every node as a plan of its own: what fused steps must agree with to the last bit. */
function oneByOne(inputs: readonly Value[], wanted: readonly Value[], feeds: readonly Tensor[]): Tensor[] {
  const values = new Map(inputs.map((value, at) => [value, feeds[at]]));
  const run = ({ op, attributes, inputs: operands, outputs }: Node): void => {
    const fed = new Map<Value, Value>();
    for (const value of operands) if (value !== null && value.known === null) fed.set(value, input(value));
    const again = apply(
      operatorOf(op),
      operands.map((value) => (value === null ? null : (fed.get(value) ?? value))),
      attributes,
      outputs.length,
    );
    const feeds = [...fed.keys()].map((value) => values.get(value) as Tensor);
    const { wanted: results } = executable(plan([...fed.values()], again))(feeds, never);
    outputs.forEach((value, at) => values.set(value, { ...results[at], data: results[at].data.slice() }));
  };
  graphOf(inputs, wanted).nodes.forEach(run);
  return wanted.map((value) => values.get(value) as Tensor);
}

const bitsOf = ({ data }: Tensor): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");

const unary = [relu, sigmoid, tanh, exp, erf, (x: Value) => log(mul(x, x)), (x: Value) => elu(x, 0.5), (x: Value) => sub(1, x)];
const binary = [add, sub, mul, div, max, (a: Value, b: Value) => sumOf([a, b, a]), (a: Value, b: Value) => where(less(a, b), b, a)];

/** A random graph of elementwise operators over operands of broadcastable shapes, with a reduction and a reshaping here and there. */
function randomGraph(random: Random, dtype: "float32" | "float64"): { inputs: Value[]; wanted: Value[]; feeds: Tensor[] } {
  const full: Shape = [random.integer(3, 9), random.integer(5, 40)];
  const shapes: Shape[] = [full, full, [full[1]], [full[0], 1], []];
  const inputs = shapes.map((shape) => input({ dtype, shape }));
  const values = [...inputs];
  for (let at = 0; at < 14; at++) {
    const [a, b] = [random.pick(values), random.pick(values)];
    const kind = random.integer(0, 9);
    if (kind < 4) values.push(random.pick(unary)(a));
    else if (kind < 8) values.push(random.pick(binary)(a, b));
    else if (kind === 8) values.push(reduceSum(a, { axes: a.shape.length === 2 ? [0] : [], keepdims: true }));
    else values.push(add(reshape(reshape(a, [-1]), a.shape), a));
  }
  const wanted = [...new Set([values[values.length - 1], random.pick(values.slice(5)), random.pick(values.slice(5))])];
  return { inputs, wanted, feeds: shapes.map((shape) => random.tensor(dtype, shape)) };
}

describe("fused steps", () => {
  test("give the bits of the steps one by one, whatever the graph", () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom("float32" as const, "float64" as const), (seed, dtype) => {
        const { inputs, wanted, feeds } = randomGraph(new Random(seed), dtype);
        const actual = executable(plan(inputs, wanted))(feeds, never).wanted.map(bitsOf);
        expect(actual).toEqual(oneByOne(inputs, wanted, feeds).map(bitsOf));
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  test("the comparison sees one bit", () => {
    const x = floats(40);
    const feeds = [
      tensorOf(
        "float64",
        [40],
        Float64Array.from({ length: 40 }, (_, at) => at / 7),
      ),
    ];
    const [expected] = oneByOne([x], [exp(x)], feeds);
    expected.data[17] += 2 ** -40;
    expect(bitsOf(executable(plan([x], [exp(x)]))(feeds, never).wanted[0])).not.toBe(bitsOf(expected));
  });

  test("neighbours that feed one another are one step, with what they need", () => {
    const [x, y] = [floats(64), floats(64)];
    const { steps } = plan([x, y], [mul(sigmoid(x), add(tanh(y), exp(x)))]);
    expect(steps.map((step) => ("op" in step ? step.node.op : step.members.map(({ node }) => node.op)))).toEqual([
      ["Sigmoid", "Tanh", "Exp", "Add", "Mul"],
    ]);
  });

  test("what lies between two steps keeps them apart", () => {
    const x = floats(64);
    const total = reduceSum(exp(x));
    const { steps } = plan([x], [div(exp(x), total)]);
    expect(steps.map((step) => ("op" in step ? step.node.op : step.members.map(({ node }) => node.op)))).toEqual([
      ["Exp"],
      "ReduceSum",
      ["Div"],
    ]);
  });

  test("conditions stay inside a chain", () => {
    const x = floats(64);
    const inside = and(less(x, 1), not(less(x, -1)));
    const planned = plan([x], [where(inside, x, 0)]);
    expect(planned.steps).toHaveLength(1);
    const data = Float64Array.from({ length: 64 }, (_, at) => at / 16 - 2);
    const [result] = executable(planned)([tensorOf("float64", [64], data)], never).wanted;
    expect(Array.from(result.data)).toEqual(Array.from(data, (each) => (each < 1 && each >= -1 ? each : 0)));
  });

  test("small tensors and whole numbers are left to the loops", () => {
    const small = floats(leastChained - 1);
    const whole = input({ dtype: "int64", shape: [100] });
    const { steps } = plan([small, whole], [exp(small), add(whole, whole)]);
    expect(steps.every((step) => "op" in step)).toBe(true);
  });

  test("a sum of more operands than a chain holds", () => {
    const inputs = Array.from({ length: 100 }, () => floats(64));
    const planned = plan(inputs, [sumOf(inputs)]);
    expect(kernelSteps(planned).map(({ node }) => node.op)).toEqual(["Sum"]);
    const feeds = inputs.map((_, at) => tensorOf("float64", [64], new Float64Array(64).fill(at)));
    expect(executable(planned)(feeds, never).wanted[0].data[63]).toBe(4950);
  });
});
