import * as term from "../../formula/term.ts";
import { instruction } from "../../kernels/element.ts";
import { gaussian as exponentialOfSquare } from "../../kernels/gaussian.ts";
import { imaginary } from "../complex.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { cos, sin } from "../trigonometry/circular.ts";
import { clip } from "./clip.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

export const Gaussian = elementwiseUnary({
  type: "Gaussian",
  category: "arithmetic",
  summary:
    "The exponential of minus the square of every element, exp(-x²), without the error that a rounded square brings far from 0. It is not normalised.",
  f: exponentialOfSquare,
  // The square is (x - c)(x + c) + c², where c has so few digits that its square is exact.
  calls: (x) => {
    const size = instruction("min", instruction("abs", x), 28);
    const coarse = instruction("mul", instruction("round", instruction("mul", size, 256)), 1 / 256);
    const most = instruction("exp", instruction("neg", instruction("square", coarse)));
    const left = instruction("mul", instruction("sub", coarse, size), instruction("add", coarse, size));
    return instruction("add", most, instruction("mul", most, instruction("expm1", left)));
  },
  // Of a finite operand, for that of an infinite one would be infinity times 0.
  gradient: (g, x, y) => mul(g, mul(mul(-2, clip(x, -1e30, 1e30)), y)),
  complex: (z) => {
    const b = imaginary(z);
    const modulus = mul(gaussian(z.re), exp(mul(b, b)));
    const angle = mul(mul(2, z.re), b);
    return { re: mul(modulus, cos(angle)), im: neg(mul(modulus, sin(angle))) };
  },
  // The slope is the result many times over, of which little is left below the normal numbers.
  accuracy: { value: 2, gradient: 64 },
  display: {
    label: "e^-x²",
    formula: ([x]) => term.exponential(term.negative(term.square(x))),
    derivatives: ([x]) => [term.negative(term.product(2, x, term.exponential(term.negative(term.square(x)))))],
  },
});

export const gaussian = unary(Gaussian);
