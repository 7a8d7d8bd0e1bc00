import { dtypes } from "../../src/tensor/dtype.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import type { Random } from "../support/random.ts";
import { all, broadcast, broadcastable, floats, maybeEmpty, numbers, type OracleTable, salted, unary } from "./cases.ts";
import { elementCodes } from "./model.ts";

/** Integers by zero are an error to the oracle. */
function signed(random: Random, tensor: Tensor): Tensor {
  for (let i = 0; i < tensor.data.length; i++) if (random.chance()) tensor.data[i] *= -1;
  return tensor;
}

export const arithmetic: OracleTable = {
  Abs: unary({ elements: numbers }),
  Add: broadcast({ elements: numbers }),
  Cast: {
    elements: all,
    make: (random, element, at) => {
      const to = dtypes[at % dtypes.length];
      return {
        inputs: [random.tensor(element, maybeEmpty(random, [0, 3]), element === "bool" ? [0, 1] : [-4, 4])],
        attributes: { to },
        encoded: { to: { i: elementCodes[to] } },
      };
    },
  },
  Ceil: unary({ elements: floats }),
  Clip: {
    elements: numbers,
    make: (random, element, at) => {
      const bound = (low: number, high: number) => (random.chance(0.3) ? null : random.tensor(element, [], [low, high]));
      const [x, low, high] = [random.tensor(element, maybeEmpty(random, [0, 4]), [-4, 4]), bound(-3, 0), bound(-1, 3)];
      // The oracle reads a bound left out as the greatest finite number, and so loses infinities.
      return { inputs: [low === null || high === null ? x : salted(random, x, at), low, high] };
    },
  },
  Div: {
    elements: numbers,
    make: (random, element, at) => {
      const [a, b] = broadcastable(random, 2);
      const [dividend, divisor] = [random.tensor(element, a, [-9, 9]), signed(random, random.tensor(element, b, [1, 4]))];
      return { inputs: [salted(random, dividend, at), salted(random, divisor, at)] };
    },
  },
  Exp: unary({ elements: floats }),
  Floor: unary({ elements: floats }),
  Identity: unary({ elements: all }),
  Log: unary({ elements: floats, between: [0.01, 8] }),
  Max: broadcast({ elements: numbers, count: "variadic" }),
  Mean: broadcast({ elements: ["float32"], count: "variadic" }),
  Min: broadcast({ elements: numbers, count: "variadic" }),
  Mod: {
    elements: numbers,
    make: (random, element, at) => {
      const [a, b] = broadcastable(random, 2);
      const divisor = signed(random, random.tensor(element, b, [1, 4]));
      const fmod = element.startsWith("float") ? 1 : random.pick([0, 1]);
      return {
        inputs: [salted(random, random.tensor(element, a, [-9, 9]), at), salted(random, divisor, at)],
        attributes: fmod === 0 && random.chance() ? {} : { fmod },
      };
    },
  },
  Mul: broadcast({ elements: numbers }),
  Neg: unary({ elements: numbers }),
  Pow: {
    elements: numbers,
    make: (random, element, at) => {
      const [a, b] = broadcastable(random, 2);
      const exponents = random.pick(numbers);
      // Integers with negative exponents are fractions, which the oracle rounds in ways of its own.
      const lowest = element.startsWith("float") ? -3 : 0;
      // Roots of negative numbers are NaN, which no integer is.
      const base = random.tensor(element, a, exponents.startsWith("float") ? [0, 4] : [-4, 4]);
      const exponent = random.tensor(exponents, b, [lowest, 3]);
      return { inputs: element.startsWith("float") ? [salted(random, base, at), salted(random, exponent, at)] : [base, exponent] };
    },
  },
  Reciprocal: unary({ elements: floats }),
  Round: {
    elements: floats,
    make: (random, element, at) => {
      const shape = maybeEmpty(random, [0, 4]);
      const x = random.tensor(element, shape, [-4, 4]);
      // Halves, which round to the even neighbour.
      if (at % 2 === 0) for (let i = 0; i < x.data.length; i++) x.data[i] = random.integer(-9, 9) / 2;
      return { inputs: [salted(random, x, at)] };
    },
  },
  Sign: unary({ elements: numbers }),
  Sqrt: unary({ elements: floats }),
  Sub: broadcast({ elements: numbers }),
  Sum: broadcast({ elements: floats, count: "variadic" }),
  Where: {
    elements: numbers,
    make: (random, element) => {
      const [condition, x, y] = broadcastable(random, 3);
      const between = element === "bool" ? ([0, 1] as const) : ([-4, 4] as const);
      return { inputs: [random.tensor("bool", condition), random.tensor(element, x, between), random.tensor(element, y, between)] };
    },
  },
};

const comparison = broadcast({ elements: numbers, between: [-2, 2] });
const connective = broadcast({ elements: ["bool"] });

export const logic: OracleTable = {
  And: connective,
  Equal: broadcast({ elements: all, between: [-2, 2] }),
  Greater: comparison,
  GreaterOrEqual: comparison,
  IsInf: {
    elements: floats,
    make: (random, element, at) => ({
      inputs: [salted(random, random.tensor(element, maybeEmpty(random, [0, 3])), 4 * at + 3)],
      attributes: [{}, { detect_negative: 0 }, { detect_positive: 0 }, { detect_negative: 1, detect_positive: 1 }][at % 4],
    }),
  },
  IsNaN: {
    elements: floats,
    make: (random, element, at) => ({ inputs: [salted(random, random.tensor(element, maybeEmpty(random, [0, 3])), 4 * at + 3)] }),
  },
  Less: comparison,
  LessOrEqual: comparison,
  Not: unary({ elements: ["bool"] }),
  Or: connective,
  Xor: connective,
};
