import { axisOf, floats, maybeEmpty, numbers, type Oracle, type OracleTable, salted, some, unary } from "./cases.ts";
import type { Random } from "../support/random.ts";

/** Numbers that the float32 of an attribute holds exactly, so that float64 is asked the same. */
const eighth = (random: Random, low: number, high: number): number => random.integer(low * 8, high * 8) / 8;

const single = ["float32"] as const;

/** For functions that the oracle computes with float32 numbers inside whatever the type. */
const insideSingle = { relative: 2e-6, absolute: 1e-6 };

export const trigonometry: OracleTable = {
  Acos: unary({ elements: single, between: [-1, 1] }),
  Acosh: unary({ elements: single, between: [1, 8] }),
  Asin: unary({ elements: single, between: [-1, 1] }),
  Asinh: unary({ elements: single }),
  Atan: unary({ elements: single }),
  Atanh: unary({ elements: single, between: [-1, 1] }),
  Cos: unary({ elements: floats }),
  Cosh: unary({ elements: single }),
  Erf: unary({ elements: single }),
  Sin: unary({ elements: floats }),
  Sinh: unary({ elements: single }),
  Tan: unary({ elements: single }),
  Tanh: unary({ elements: floats }),
};

function softmax(): Oracle {
  return {
    elements: floats,
    make: (random, element, at) => {
      const shape = random.shape([1, 4]);
      const x = random.tensor(element, shape, at % 5 === 0 ? [-200, 200] : [-4, 4]);
      return { inputs: [x], attributes: some(random, { axis: axisOf(random, shape.length) }) };
    },
  };
}

// For Gelu, Mish, Softsign and Swish of infinities it says NaN, where the limits are numbers: they are asked plain ones.
export const activation: OracleTable = {
  Celu: unary({ elements: single, attributes: (random) => some(random, { alpha: eighth(random, 0.5, 3) }) }),
  Elu: unary({ elements: single, attributes: (random) => some(random, { alpha: eighth(random, 0, 3) }) }),
  Gelu: {
    elements: floats,
    elsewhere: insideSingle,
    make: (random, element) => {
      // Without the approximation it needs Erf, which the oracle has in float32 only.
      const attributes = element === "float32" ? some(random, { approximate: random.pick(["none", "tanh"]) }) : { approximate: "tanh" };
      return { inputs: [random.tensor(element, maybeEmpty(random, [0, 4]), [-4, 4])], attributes };
    },
  },
  HardSigmoid: unary({
    elements: single,
    attributes: (random) => some(random, { alpha: eighth(random, 0, 1), beta: eighth(random, 0, 1) }),
  }),
  HardSwish: unary({ elements: single }),
  LeakyRelu: unary({ elements: single, attributes: (random) => some(random, { alpha: eighth(random, -1, 2) }) }),
  LogSoftmax: softmax(),
  Mish: unary({ elements: single, plain: true }),
  PRelu: {
    elements: single,
    make: (random, element, at) => {
      const shape = maybeEmpty(random, [0, 4]);
      const slope = shape.slice(random.integer(0, shape.length)).map((size) => (random.chance(0.4) ? 1 : size));
      return { inputs: [salted(random, random.tensor(element, shape, [-4, 4]), at), random.tensor(element, slope)] };
    },
  },
  Relu: unary({ elements: ["float32", "float64", "int32"] }),
  Selu: unary({ elements: single, attributes: (random) => some(random, { alpha: eighth(random, 1, 3), gamma: eighth(random, 1, 2) }) }),
  Shrink: unary({
    elements: numbers,
    elsewhere: insideSingle,
    attributes: (random) => some(random, { lambd: eighth(random, 0, 2), bias: eighth(random, -1, 1) }),
  }),
  Sigmoid: unary({ elements: floats }),
  Softmax: softmax(),
  Softplus: unary({ elements: single }),
  Softsign: unary({ elements: single, plain: true }),
  Swish: unary({ elements: floats, plain: true, attributes: (random) => some(random, { alpha: eighth(random, -1, 2) }) }),
  ThresholdedRelu: unary({ elements: single, attributes: (random) => some(random, { alpha: eighth(random, -1, 2) }) }),
};
