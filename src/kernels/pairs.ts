// Numbers as sums of two doubles, of which the second is what the first lost in rounding: for the few places where a function multiplies
// a rounding error by more than its result can bear.

export interface DoubleDouble {
  readonly high: number;
  readonly low: number;
}

/** Splits a double into halves of 26 bits, whose products are exact. */
const splitter = 2 ** 27 + 1;

/** a + b without error. */
export function exactSum(a: number, b: number): DoubleDouble {
  const high = a + b;
  const part = high - a;
  return { high, low: a - (high - part) + (b - part) };
}

/** a · b without error, for numbers below 1e300 whose product's last bits are not subnormal. */
export function exactProduct(a: number, b: number): DoubleDouble {
  const high = a * b;
  const bigA = splitter * a - (splitter * a - a);
  const bigB = splitter * b - (splitter * b - b);
  const [smallA, smallB] = [a - bigA, b - bigB];
  return { high, low: bigA * bigB - high + bigA * smallB + smallA * bigB + smallA * smallB };
}

export function pairSum(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const { high, low } = exactSum(a.high, b.high);
  return exactSum(high, low + a.low + b.low);
}

export function pairProduct(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const { high, low } = exactProduct(a.high, b.high);
  return exactSum(high, low + (a.high * b.low + a.low * b.high));
}

export function pairQuotient(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const high = a.high / b.high;
  const back = exactProduct(high, b.high);
  return exactSum(high, (a.high - back.high - back.low + a.low - high * b.low) / b.high);
}
