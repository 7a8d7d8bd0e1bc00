import { exactProduct, exactSum, type DoubleDouble, pairProduct, pairQuotient, pairSum } from "./pairs.ts";
import { erf, polynomial } from "./special.ts";

// The lists were fitted by interpolating the functions, computed with sixty digits, at Chebyshev points; lowest power first.

/** (exp(r) - 1 - r) / r² for |r| ≤ ½ ln 2; the fit is off by less than 1e-19. */
const exponential = [
  0.5, 0.16666666666666666, 0.04166666666666668, 0.008333333333333333, 0.0013888888888879004, 0.00019841269841263252, 2.480158733663095e-5,
  2.7557319247344507e-6, 2.755726307730941e-7, 2.5052070959803662e-8, 2.091821231913398e-9, 1.6086677666787362e-10,
];

/** (x + 5/2) · erfc(x) · exp(x²) in powers of (x - 5/2) / (x + 5/2), for ¼ ≤ x ≤ 28; the fit is off by less than 4e-18. */
const first: readonly DoubleDouble[] = [
  { high: 1.054031820305718, low: -5.668084645710351e-17 },
  { high: -0.8046518494391488, low: 2.7028861348833607e-17 },
  { high: 0.45391411664809755, low: -6.433907626323462e-18 },
];
const rest = [
  -0.17125114524605944, 0.028361550131917473, 0.008393044302982471, -0.004818785521736092, -0.000439208275785225, 0.0007026937100395264,
  5.830787607652303e-5, -0.00011260476466040754, -1.953251250022809e-5, 1.8244216002476034e-5, 6.755031708473766e-6, -2.3323225549909815e-6,
  -1.9638961135245537e-6, -4.710931097873782e-9, 4.495238164198038e-7, 1.344265077618375e-7, -7.117918082518648e-8, -4.764050926002865e-8,
  5.585067386600394e-9, 7.301679061496395e-9,
];

/** ln 2 with its last bits cleared, so that its products with small integers are exact, and those bits. */
const ln2 = { high: 0.6931467056274414, low: 4.7493250390316726e-7 };

/** exp(-x²) and erfc(x) are 0 beyond. */
const widest = 28;

/** exp(-x²), within 0.6 units in the last place: the square is not rounded, which would cost the result as many units as it has. */
export function gaussian(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > widest) return 0;
  const { factor, exponent } = exponentialOf(exactProduct(-x, x));
  return scaled(factor.high + factor.low, exponent);
}

/** 1 - erf(x), within 1 unit in the last place, also where that is next to nothing. */
export function erfc(x: number): number {
  // Here erf(x) is no larger than what is left of 1.
  if (!(x >= 0.25)) return 1 - erf(x);
  if (x > widest) return 0;
  const { factor, exponent } = exponentialOf(exactProduct(-x, x));
  const product = pairProduct(factor, scaledComplement({ high: x, low: 0 }));
  return scaled(product.high + product.low, exponent);
}

/** erfc(x) · exp(x²) for ¼ ≤ x ≤ 28. */
export function scaledComplement(x: DoubleDouble): DoubleDouble {
  const below = pairSum(x, { high: 2.5, low: 0 });
  const t = pairQuotient(pairSum(x, { high: -2.5, low: 0 }), below);
  let sum: DoubleDouble = { high: polynomial(rest, t.high), low: 0 };
  for (let power = first.length - 1; power >= 0; power--) sum = pairSum(pairProduct(sum, t), first[power]);
  return pairQuotient(sum, below);
}

/** exp(x) for -800 ≤ x ≤ 700 as a factor between √½ and √2, and the power of two that it is multiplied by. */
export function exponentialOf(x: DoubleDouble): { readonly factor: DoubleDouble; readonly exponent: number } {
  const exponent = Math.round(x.high / Math.LN2);
  const reduced = exactSum(x.high - exponent * ln2.high, -exponent * ln2.low);
  const r = reduced.high;
  const sum = exactSum(1, r);
  const power = exactSum(sum.high, sum.low + r * r * polynomial(exponential, r));
  return { factor: exactSum(power.high, power.low + (reduced.low + x.low) * power.high), exponent };
}

/** x · 2^exponent, in two steps of which only the second may leave the normal numbers. */
export function scaled(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}
