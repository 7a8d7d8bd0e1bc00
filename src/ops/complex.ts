import type { Value } from "../ir/graph.ts";
import { sameShape } from "../tensor/shape.ts";
import { add } from "./arithmetic/add.ts";
import { div } from "./arithmetic/div.ts";
import { exp } from "./arithmetic/exp.ts";
import { log } from "./arithmetic/log.ts";
import { mul } from "./arithmetic/mul.ts";
import { neg } from "./arithmetic/neg.ts";
import { pow } from "./arithmetic/pow.ts";
import { sqrt } from "./arithmetic/sqrt.ts";
import { sub } from "./arithmetic/sub.ts";
import { where } from "./arithmetic/where.ts";
import { less } from "./logic/comparison.ts";
import { reduceSum } from "./reduction/reduce-sum.ts";
import type { Complex } from "./define.ts";
import { expand, filled } from "./shape/expand.ts";
import { atan } from "./trigonometry/inverse-circular.ts";
import { cos, sin } from "./trigonometry/circular.ts";

// The functions of complex numbers that rules are written with. Nothing here uses a gradient rule. Those that are not analytic everywhere
// choose their piece by the real part. They are declared as functions so that operator files, which import one another in circles, can name
// them while they load.

/** A real number as a complex one. */
export function real(re: Value): Complex {
  return { re, im: null };
}

/** The imaginary part in the shape of the real one, zeros where there is none. */
export function imaginary({ re, im }: Complex): Value {
  return im === null ? filled(0, re) : sameShape(im.shape, re.shape) ? im : expand(im, re.shape);
}

export function plus(a: Complex | number, b: Complex): Complex {
  if (typeof a === "number") return { re: add(a, b.re), im: b.im };
  return { re: add(a.re, b.re), im: a.im === null || b.im === null ? (a.im ?? b.im) : add(a.im, b.im) };
}

export function minus(a: Complex | number, b: Complex): Complex {
  return plus(a, negative(b));
}

export function negative({ re, im }: Complex): Complex {
  return { re: neg(re), im: im && neg(im) };
}

export function times(a: Complex | number, b: Complex): Complex {
  if (typeof a === "number") return { re: mul(a, b.re), im: b.im && mul(a, b.im) };
  return bilinear(mul, a, b);
}

/** A product of any kind: `product` is linear in each operand. */
export function bilinear(product: (a: Value, b: Value) => Value, a: Complex, b: Complex): Complex {
  const re = product(a.re, b.re);
  const ofA = a.im && product(a.im, b.re);
  const ofB = b.im && product(a.re, b.im);
  return {
    re: a.im === null || b.im === null ? re : sub(re, product(a.im, b.im)),
    im: ofA === null || ofB === null ? (ofA ?? ofB) : add(ofA, ofB),
  };
}

/** The quotient, by Smith's method for a divisor whose real part is the larger one: nothing is squared that could vanish or overflow. */
export function over(a: Complex | number, b: Complex): Complex {
  const dividend = typeof a === "number" ? real(filled(a, b.re)) : a;
  if (b.im === null) return { re: div(dividend.re, b.re), im: dividend.im && div(dividend.im, b.re) };
  const ratio = div(b.im, b.re);
  const divisor = add(b.re, mul(b.im, ratio));
  const turned = mul(dividend.re, ratio);
  return {
    re: div(dividend.im === null ? dividend.re : add(dividend.re, mul(dividend.im, ratio)), divisor),
    im: div(dividend.im === null ? neg(turned) : sub(dividend.im, turned), divisor),
  };
}

/** One of two numbers, by a condition on real ones. */
export function chosen(condition: Value, a: Complex, b: Complex): Complex {
  const im = a.im === null && b.im === null ? null : where(condition, imaginary(a), imaginary(b));
  return { re: where(condition, a.re, b.re), im };
}

/** The number, or its negative where its real part is negative: the modulus of a real number, continued. */
export function unsigned(z: Complex): Complex {
  return chosen(less(z.re, 0), negative(z), z);
}

export function exponential({ re, im }: Complex): Complex {
  const modulus = exp(re);
  return im === null ? real(modulus) : { re: mul(modulus, cos(im)), im: mul(modulus, sin(im)) };
}

/** On the right half plane; NaN on the left one, as for real numbers. */
export function logarithm({ re, im }: Complex): Complex {
  if (im === null) return real(log(re));
  const slope = div(im, re);
  return { re: add(log(re), mul(0.5, log(add(1, mul(slope, slope))))), im: atan(slope) };
}

/** On the right half plane; NaN on the left one, as for real numbers. */
export function squareRoot({ re, im }: Complex): Complex {
  if (im === null) return real(sqrt(re));
  const slope = div(im, re);
  const root = mul(sqrt(re), sqrt(mul(0.5, add(1, sqrt(add(1, mul(slope, slope)))))));
  return { re: root, im: div(im, mul(2, root)) };
}

/** A whole power from 0 up, by repeated squaring. */
export function wholePower(z: Complex, exponent: number): Complex {
  if (exponent === 0) return real(filled(1, z.re));
  const half = wholePower(z, Math.floor(exponent / 2));
  const square = exponent < 2 ? half : times(half, half);
  return exponent % 2 === 0 ? square : exponent === 1 ? z : times(square, z);
}

/** A power with any exponent. A negative base is taken without its sign, whose power is ±1 or, unless the exponent is whole, NaN. */
export function anyPower(z: Complex, exponent: Complex): Complex {
  const sign = where(less(z.re, 0), filled(-1, z.re), 1);
  return times(real(pow(sign, exponent.re)), exponential(times(exponent, logarithm(unsigned(z)))));
}

/** The sum over axes, which stay with size 1. */
export function summed({ re, im }: Complex, axes: readonly number[]): Complex {
  return { re: reduceSum(re, { axes }), im: im && reduceSum(im, { axes }) };
}
