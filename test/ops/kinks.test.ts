import { describe, expect, test } from "vitest";
import { branchesOf } from "../../src/autodiff/branches.ts";
import { reverse } from "../../src/autodiff/reverse.ts";
import { graphOf, input, type Value } from "../../src/ir/graph.ts";
import { pow } from "../../src/ops/arithmetic/pow.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import type { Operator } from "../../src/ops/define.ts";
import { reduceProd } from "../../src/ops/reduction/reduce-prod.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { scalar, type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import { vector } from "../support/values.ts";
import { Random } from "../support/random.ts";
import "../support/close.ts";
import { type Case, caseFor, caseOf } from "./cases.ts";

const ints = (...numbers: number[]): Tensor => tensorOf("int64", [numbers.length], numbers);
const image = (...numbers: number[]): Tensor => tensorOf("float64", [1, 1, numbers.length], numbers);
const { POSITIVE_INFINITY: infinity } = Number;

interface Point {
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** By each input, for a cotangent of ones on the first output; null where none flows. */
  readonly gradients: readonly (readonly number[] | null)[];
}

/** What is taken where a derivative is not unique, or where a formula would divide by zero. */
const points: Readonly<Record<string, readonly Point[]>> = {
  Abs: [{ inputs: [vector([0, -0, -1, 1])], gradients: [[0, 0, -1, 1]] }],
  Acos: [{ inputs: [vector([1, -1])], gradients: [[-infinity, -infinity]] }],
  Acosh: [{ inputs: [vector([1])], gradients: [[infinity]] }],
  ArgMax: [{ inputs: [vector([1, 1])], gradients: [null] }],
  ArgMin: [{ inputs: [vector([1, 1])], gradients: [null] }],
  Asin: [{ inputs: [vector([1, -1])], gradients: [[infinity, infinity]] }],
  Atan2: [
    {
      inputs: [vector([0, 0, 1e-200, infinity]), vector([0, -2, 1e-200, 1])],
      gradients: [
        [0, -0.5, 5e199, 0],
        [0, 0, -5e199, 0],
      ],
    },
  ],
  Atanh: [{ inputs: [vector([1, -1])], gradients: [[infinity, infinity]] }],
  Cbrt: [{ inputs: [vector([0, -8])], gradients: [[infinity, 1 / 12]] }],
  Ceil: [{ inputs: [vector([2, 1.5])], gradients: [[0, 0]] }],
  Clip: [
    { inputs: [vector([-1, 1, -1.1, 1.1, 0]), scalar(-1), scalar(1)], gradients: [[1, 1, 0, 0, 1], [1], [1]] },
    { inputs: [vector([-1, 0, 3]), scalar(1), scalar(-1)], gradients: [[0, 0, 0], [0], [3]] },
    { inputs: [vector([-1, 2, 3]), scalar(2), scalar(2)], gradients: [[0, 1, 0], [1], [1]] },
    { inputs: [vector([-1, -2]), scalar(-1)], gradients: [[1, 0], [1]] },
  ],
  Elu: [{ inputs: [vector([0])], attributes: { alpha: 0.5 }, gradients: [[0.5]] }],
  Floor: [{ inputs: [vector([2, 1.5])], gradients: [[0, 0]] }],
  GlobalMaxPool: [{ inputs: [image(1, 3, 3)], gradients: [[0, 1, 0]] }],
  HardSigmoid: [{ inputs: [vector([-2, 2, 0])], attributes: { alpha: 0.25, beta: 0.5 }, gradients: [[0, 0, 0.25]] }],
  HardSwish: [{ inputs: [vector([-3, 3])], gradients: [[0, 1]] }],
  Hypot: [
    {
      inputs: [vector([0, 3e200, -infinity, 0]), vector([0, 4e200, 1, -3])],
      gradients: [
        [0, 0.6, -1, 0],
        [0, 0.8, 0, -1],
      ],
    },
  ],
  LeakyRelu: [{ inputs: [vector([0, -1])], attributes: { alpha: 0.25 }, gradients: [[0.25, 0.25]] }],
  LogAddExp: [
    {
      inputs: [vector([infinity, -infinity, infinity, 0.1]), vector([infinity, -infinity, 1, -700.3])],
      gradients: [
        [0.5, 0.5, 1, 1],
        [0.5, 0.5, 0, 6.609138834709863e-305],
      ],
    },
  ],
  Logit: [{ inputs: [vector([0, 1, 0.5])], gradients: [[infinity, infinity, 4]] }],
  Max: [
    {
      inputs: [vector([1, 2, 3]), vector([1, 3, 2])],
      gradients: [
        [0.5, 0, 1],
        [0.5, 1, 0],
      ],
    },
    { inputs: [vector([1]), vector([1]), vector([1]), vector([0])], gradients: [[1 / 3], [1 / 3], [1 / 3], [0]] },
  ],
  MaxPool: [
    { inputs: [image(1, 1, 0, 2, 2, 2)], attributes: { kernel_shape: [3], strides: [3] }, gradients: [[1, 0, 0, 1, 0, 0]] },
    { inputs: [image(1, 1, 1)], attributes: { kernel_shape: [2] }, gradients: [[1, 1, 0]] },
  ],
  Min: [
    {
      inputs: [vector([1, 2, 3]), vector([1, 3, 2])],
      gradients: [
        [0.5, 1, 0],
        [0.5, 0, 1],
      ],
    },
  ],
  Mod: [
    {
      inputs: [vector([4, -4]), vector([2, 2])],
      gradients: [
        [1, 1],
        [-2, 2],
      ],
    },
    {
      inputs: [vector([4, -4]), vector([2, 2])],
      attributes: { fmod: 1 },
      gradients: [
        [1, 1],
        [-2, 2],
      ],
    },
  ],
  PRelu: [{ inputs: [vector([0, -1]), scalar(0.25)], gradients: [[0.25, 0.25], [-1]] }],
  Pow: [
    {
      inputs: [vector([0, 2, -2, 0]), vector([0, 0, 0, 0])],
      gradients: [
        [0, 0, 0, 0],
        [0, Math.log(2), Number.NaN, 0],
      ],
    },
    {
      inputs: [vector([0, 0, 0, 0]), vector([1, 2, 0.5, 3])],
      gradients: [
        [1, 0, infinity, 0],
        [0, 0, 0, 0],
      ],
    },
    { inputs: [vector([0]), vector([-1])], gradients: [[-infinity], [-infinity]] },
    { inputs: [vector([0, 2]), ints(0, 0)], gradients: [[0, 0], null] },
  ],
  ReduceL1: [{ inputs: [vector([0, -2, 3])], gradients: [[0, -1, 1]] }],
  ReduceL2: [{ inputs: [vector([0, 0])], gradients: [[0, 0]] }],
  ReduceLogSumExp: [{ inputs: [vector([-infinity, -infinity])], gradients: [[0, 0]] }],
  ReduceRootMeanSquare: [{ inputs: [vector([0, 0])], gradients: [[0, 0]] }],
  ReduceMax: [{ inputs: [vector([2, 1, 2, 2])], gradients: [[1 / 3, 0, 1 / 3, 1 / 3]] }],
  ReduceMin: [{ inputs: [vector([2, 1, 1])], gradients: [[0, 0.5, 0.5]] }],
  ReduceProd: [
    { inputs: [vector([0, 2, 3])], gradients: [[6, 0, 0]] },
    { inputs: [vector([0, 0, 3])], gradients: [[0, 0, 0]] },
    { inputs: [tensorOf("float64", [2, 2], [0, 5, 7, 0])], gradients: [[0, 0, 0, 0]] },
  ],
  ReduceStandardDeviation: [{ inputs: [vector([2, 2, 2])], gradients: [[0, 0, 0]] }],
  Relu: [{ inputs: [vector([0, -0, -1, 1])], gradients: [[0, 0, 0, 1]] }],
  Round: [{ inputs: [vector([0.5, 1.5, 2, 0.3])], gradients: [[0, 0, 0, 0]] }],
  ScatterElements: [
    { inputs: [vector([1, 2]), ints(0, 0), vector([5, 6])], gradients: [[0, 1], null, [0, 1]] },
    {
      inputs: [vector([5, 2]), ints(0, 0), vector([5, 5])],
      attributes: { reduction: "max" },
      gradients: [[1 / 3, 1], null, [1 / 3, 1 / 3]],
    },
    { inputs: [vector([3, 2]), ints(0, 0), vector([0, 5])], attributes: { reduction: "mul" }, gradients: [[0, 1], null, [15, 0]] },
    { inputs: [vector([3, 2]), ints(0, 0), vector([0, 0])], attributes: { reduction: "mul" }, gradients: [[0, 1], null, [0, 0]] },
  ],
  ScatterND: [
    { inputs: [vector([1, 2]), tensorOf("int64", [2, 1], [0, 0]), vector([5, 6])], gradients: [[0, 1], null, [0, 1]] },
    {
      inputs: [vector([1, 5]), tensorOf("int64", [2, 1], [1, 1]), vector([5, 4])],
      attributes: { reduction: "max" },
      gradients: [[1, 0.5], null, [0.5, 0]],
    },
    {
      inputs: [vector([3, 2]), tensorOf("int64", [2, 1], [0, 0]), vector([0, 5])],
      attributes: { reduction: "mul" },
      gradients: [[0, 1], null, [15, 0]],
    },
  ],
  Selu: [{ inputs: [vector([0])], attributes: { alpha: 2, gamma: 0.25 }, gradients: [[0.5]] }],
  Shrink: [{ inputs: [vector([-0.5, 0.5, 0.6])], attributes: { lambd: 0.5 }, gradients: [[0, 0, 1]] }],
  Sign: [{ inputs: [vector([0, 1])], gradients: [[0, 0]] }],
  Sort: [{ inputs: [vector([2, 1, 1])], gradients: [[1, 1, 1]] }],
  Sqrt: [{ inputs: [vector([0])], gradients: [[infinity]] }],
  XLogX: [{ inputs: [vector([0])], gradients: [[-infinity]] }],
  MulNoNan: [{ inputs: [vector([0]), vector([-infinity])], gradients: [[-infinity], [0]] }],
  ThresholdedRelu: [{ inputs: [vector([1, 1.5])], attributes: { alpha: 1 }, gradients: [[0, 1]] }],
  TopK: [
    { inputs: [vector([2, 3, 2, 2]), ints(2)], gradients: [[1, 1, 0, 0], null] },
    { inputs: [vector([2, 1, 2, 1, 1]), ints(2)], attributes: { largest: 0 }, gradients: [[0, 1, 0, 1, 0], null] },
  ],
  Trunc: [{ inputs: [vector([2, -1.5])], gradients: [[0, 0]] }],
};

const findable = Object.entries(points).flatMap(([type, list]) => {
  const op = catalogue.find((candidate) => candidate.type === type);
  return op === undefined ? [] : list.map((point, at) => [type, at, op, point] as const);
});

describe("conventions", () => {
  test.each(findable)("%s, point %i", (_, __, op, { inputs, attributes, gradients }) => {
    const made = caseFor(op, inputs, { attributes, outputs: 1 });
    const [y] = made.outputs;
    const back = isFloating(y.dtype) ? reverse([y], [filled(1, y)]) : reverse([], []);
    made.inputs.forEach((value, at) => {
      const expected = gradients[at];
      if (value === null) return;
      const gradient = isFloating(value.dtype) ? back.gradientOf(value) : null;
      if (expected === null) return expect(gradient, `by input ${at}`).toBeNull();
      const [found] = interpret(graphOf([...made.feeds.keys()], [gradient ?? filled(0, value)]), made.feeds);
      expect(found, `by input ${at}`).toBeNear(tensorOf("float64", value.shape, expected), { relative: 1e-15 });
    });
  });

  test("every operator that publishes a kink stands in the table", () => {
    const published = catalogue.flatMap(({ type, kinks }) => ((kinks ?? []).length > 0 ? [type] : []));
    expect(published.filter((type) => !(type in points))).toEqual([]);
  });

  test("every operator in the table publishes its convention, unless its formula decides", () => {
    const silent = new Set(["ReduceProd"]);
    expect(findable.filter(([, , { type, kinks }]) => (kinks ?? []).length === 0 && !silent.has(type)).map(([type]) => type)).toEqual([]);
  });
});

describe("branches", () => {
  const step = 1e-7;

  /** The numbers of all branches when every variable has moved from its place by so many steps in its direction. */
  const branchesAt = ({ outputs, variables, feeds }: Case, steps: number): Tensor[] => {
    const random = new Random("directions");
    const branches = branchesOf(outputs, variables).map(({ value }) => value);
    const moved = new Map(feeds);
    for (const variable of variables) {
      const { data, shape } = feeds.get(variable) as Tensor;
      const away = Array.from(data, (x) => x + steps * step * (random.chance() ? 1 : -1) * random.uniform(0.5, 1));
      moved.set(variable, tensorOf(variable.dtype, shape, away));
    }
    return interpret(graphOf([...feeds.keys()], branches), moved);
  };
  const changes = (own: Case): boolean => {
    const [before, at, after] = [-1, 0, 1].map((steps) =>
      branchesAt(own, steps)
        .map(({ data }) => data.join())
        .join(";"),
    );
    return before !== at || at !== after;
  };

  // At the edge of a domain there is no other side; the formula of Pow decides by itself; -∞ does not move, and by what is no variable nothing does.
  const unnoticed = new Set([
    "Acos",
    "Acosh",
    "Asin",
    "Atanh",
    "Logit",
    "Sqrt",
    "Pow",
    "LogAddExp",
    "MulNoNan",
    "XLogX",
    "ReduceLogSumExp",
    "ArgMax",
    "ArgMin",
  ]);
  // Overwritten updates and zero factors are no kinks of the function, but conventions of its derivatives.
  const isKink = (op: Operator, attributes: object = {}): boolean =>
    !unnoticed.has(op.type) && (!op.type.startsWith("Scatter") || ("reduction" in attributes && attributes.reduction === "max"));

  test.each(findable.filter(([, , op, { attributes }]) => (op.kinks ?? []).length > 0 && isKink(op, attributes)))(
    "%s changes at its kink, point %i",
    (_, __, op, { inputs, attributes }) => {
      expect(changes(caseFor(op, inputs, { attributes }))).toBe(true);
    },
  );

  test.each(catalogue.flatMap((op) => op.probes.map((probe, at) => [op.type, at, op, probe] as const)))(
    "%s does not change away from its kinks, probe %i",
    (_, __, op, probe) => {
      expect(changes(caseOf(op, probe))).toBe(false);
    },
  );
});

test("a constant exponent takes no gradient, where the base may be negative", () => {
  const x = input(vector([-3]));
  const { edges } = reverse([pow(x, 3)], [filled(1, x)]);
  expect(edges.map(({ from }) => from)).toEqual([x]);
});

describe("beyond first order", () => {
  const second = (build: (x: Value) => Value, at: Tensor): Tensor => {
    const x = input(at);
    const y = build(x);
    const first = reverse([y], [filled(1, y)]).gradientOf(x);
    if (first === null) throw new Error("no gradient");
    const again = reverse([first], [filled(1, first)]).gradientOf(x);
    return interpret(graphOf([x], [again ?? filled(0, x)]), new Map([[x, at]]))[0];
  };

  test("constant powers at and below zero", () => {
    expect(second((x) => pow(x, 2), vector([0, -3]))).toBeNear(vector([2, 2]));
    expect(second((x) => pow(x, 1), vector([0, -3]))).toBeNear(vector([0, 0]));
    expect(second((x) => pow(x, 3), vector([0, -3]))).toBeNear(vector([0, -18]));
    expect(second((x) => pow(x, 0), vector([0, -3]))).toBeNear(vector([0, 0]));
  });

  test("products with two zeros", () => {
    // The Hessian of xyz has z beside (x, y), y beside (x, z) and x beside (y, z): at (0, 0, 3) its rows sum to 3, 3 and 0.
    expect(second((x) => reduceProd(x), vector([0, 0, 3]))).toBeNear(vector([3, 3, 0]));
  });
});
