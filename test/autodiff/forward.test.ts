import { describe, expect, test } from "vitest";
import { forward } from "../../src/autodiff/forward.ts";
import { reverse } from "../../src/autodiff/reverse.ts";
import { constant, graphOf, input, type Value } from "../../src/ir/graph.ts";
import { softmax } from "../../src/ops/activation/softmax.ts";
import { tanh } from "../../src/ops/activation/tanh.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { exp } from "../../src/ops/arithmetic/exp.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { matMul } from "../../src/ops/linear/mat-mul.ts";
import { greater } from "../../src/ops/logic/comparison.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { concat } from "../../src/ops/shape/concat.ts";
import { split } from "../../src/ops/shape/split.ts";
import { scalar, type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import "../support/close.ts";
import { interpret } from "../support/interpret.ts";
import { floats } from "../support/values.ts";
import { Random } from "../support/random.ts";

const random = new Random("forward");
const run = (values: readonly (Value | null)[], feeds: ReadonlyMap<Value, Tensor>): Tensor[] =>
  interpret(
    graphOf(
      [...feeds.keys()],
      values.filter((value) => value !== null),
    ),
    feeds,
  );

/** A two-layer network with a value that fans out and an operator of several outputs; x: (4, 3). */
function network(x: Value, w: Value, v: Value): Value {
  const hidden = tanh(matMul(x, w));
  const [left, right] = split(hidden, [2, 3], 1);
  const joined = concat([mul(right, 2), left, reduceSum(mul(hidden, hidden), { axes: [1] })], 1);
  return softmax(matMul(joined, v), 1);
}

describe("forward mode on graphs", () => {
  test("the derivative of a composition", () => {
    const [x, dx] = [floats(), floats()];
    const y = mul(exp(mul(x, 2)), x);
    const [dy] = forward([y], new Map([[x, dx]]));
    const found = run(
      [dy],
      new Map([
        [x, scalar(0.5)],
        [dx, scalar(3)],
      ]),
    );
    expect(found[0]).toBeNear(scalar(3 * (2 * 0.5 + 1) * Math.E), { relative: 1e-15 });
  });

  test("is the transpose of reverse mode through a network", () => {
    const inputs = [floats(4, 3), floats(3, 5), floats(6, 2)] as const;
    const tangents = inputs.map((value) => input(value));
    const y = network(...inputs);
    const u = input(y);
    const { gradientOf } = reverse([y], [u]);
    const [dy] = forward([y], new Map(inputs.map((value, at) => [value, tangents[at]])));
    const feeds = new Map([...inputs, ...tangents, u].map((value) => [value, random.tensor("float64", value.shape)]));
    const dots = (a: readonly (Value | null)[], b: readonly Value[]): Value =>
      a.map((value, at) => reduceSum(mul(value as Value, b[at]), { keepdims: false })).reduce((sum, part) => add(sum, part));
    const [forwards, backwards] = run([dots([dy], [u]), dots(inputs.map(gradientOf), tangents)], feeds);
    expect(forwards).toBeNear(backwards, { relative: 1e-13 });
  });

  test("over reverse mode it gives the product of the Hessian with a vector", () => {
    const [x, dx] = [floats(3), floats(3)];
    // f = Σ x³ has the Hessian diag(6x).
    const f = reduceSum(mul(mul(x, x), x), { keepdims: false });
    const gradient = reverse([f], [constant(scalar(1))]).gradientOf(x) as Value;
    const [product] = forward([gradient], new Map([[x, dx]]));
    const feeds = new Map([
      [x, tensorOf("float64", [3], [1, -2, 0.5])],
      [dx, tensorOf("float64", [3], [1, 1, 2])],
    ]);
    expect(run([product], feeds)[0]).toBeNear(tensorOf("float64", [3], [6, -12, 6]), { relative: 1e-15 });
  });

  test("over itself it gives the second derivative along two directions", () => {
    const [x, a, b] = [floats(), floats(), floats()];
    const [first] = forward([exp(mul(x, x))], new Map([[x, a]]));
    const [second] = forward([first as Value], new Map([[x, b]]));
    const found = run(
      [second],
      new Map([
        [x, scalar(0.5)],
        [a, scalar(2)],
        [b, scalar(3)],
      ]),
    );
    // (exp(x²))'' = (2 + 4x²) exp(x²)
    expect(found[0]).toBeNear(scalar(6 * 3 * Math.exp(0.25)), { relative: 1e-15 });
  });

  test("what does not move has no tangent", () => {
    const [x, y, dx] = [floats(2), floats(2), floats(2)];
    expect(forward([exp(y), greater(x, y), y], new Map([[x, dx]]))).toEqual([null, null, null]);
    expect(forward([exp(x)], new Map())).toEqual([null]);
  });

  test("a tangent may be given in the middle, and holds there", () => {
    const [x, dx] = [floats(), floats()];
    const middle = exp(x);
    const given = floats();
    const [dy, dm] = forward(
      [mul(middle, 3), middle],
      new Map([
        [x, dx],
        [middle, given],
      ]),
    );
    expect(dm).toBe(given);
    const feeds = new Map([
      [x, scalar(1)],
      [dx, scalar(5)],
      [given, scalar(2)],
    ]);
    expect(run([dy], feeds)[0]).toBeNear(scalar(6));
  });

  test("a value that is consumed twice by one node moves both times", () => {
    const [x, dx] = [floats(), floats()];
    const [dy] = forward([mul(x, x)], new Map([[x, dx]]));
    expect(
      run(
        [dy],
        new Map([
          [x, scalar(3)],
          [dx, scalar(1)],
        ]),
      )[0],
    ).toBeNear(scalar(6));
  });

  test("a tangent has its value's shape where operands are stretched", () => {
    const [x, y, dx] = [floats(3), floats(2, 3), floats(3)];
    const [dz] = forward([add(x, y)], new Map([[x, dx]]));
    expect(dz?.shape).toEqual([2, 3]);
    const feeds = new Map([
      [x, random.tensor("float64", [3])],
      [y, random.tensor("float64", [2, 3])],
      [dx, tensorOf("float64", [3], [1, 2, 3])],
    ]);
    expect(run([dz], feeds)[0]).toBeNear(tensorOf("float64", [2, 3], [1, 2, 3, 1, 2, 3]));
  });

  test("depth is no limit", () => {
    const [x, dx] = [floats(), floats()];
    let y = x;
    for (let at = 0; at < 20_000; at++) y = add(y, x);
    const [dy] = forward([y], new Map([[x, dx]]));
    expect(
      run(
        [dy],
        new Map([
          [x, scalar(1)],
          [dx, scalar(1)],
        ]),
      )[0],
    ).toBeNear(scalar(20_001));
  });
});
