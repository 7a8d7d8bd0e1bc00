import { erfc, exponentialOf, scaled, scaledComplement } from "./gaussian.ts";
import { type DoubleDouble, exactProduct, pairProduct, pairSum } from "./pairs.ts";
import { polynomial } from "./special.ts";

// Activations that are x times a gate between 0 and 1, and their slopes. Each slope is 0 at one place, next to which the difference that it
// is has no digits left: there it is the distance from that place times a polynomial, fitted as those of special.ts, lowest power first.

interface Crossing {
  readonly zero: DoubleDouble;
  readonly quotient: readonly number[];
}

const swishCrossing: Crossing = {
  zero: { high: -1.2784645427610737, low: -1.0946994183093437e-16 },
  quotient: [
    0.2178117057198001, 0.1466487969969469, 0.018874814223782312, -0.015222655223187938, -0.00660658913835669, 0.00012662741007302565,
    0.0007985218818392488, 0.00018570724393029352, -4.090534235252677e-5, -2.973354885918501e-5, -2.9426323459396716e-6,
    2.3461084555382294e-6, 8.599749776810745e-7, -3.104536252066886e-8, -9.27041741825735e-8, -1.6954416596725637e-8, 4.760443529961925e-9,
  ],
};

const geluCrossing: Crossing = {
  zero: { high: -0.7517915246935645, low: 1.4956759177009883e-17 },
  quotient: [
    0.4314939923140469, 0.388284982990552, -0.018199676398671087, -0.11400823329722175, -0.014771522148244277, 0.019421679838192877,
    0.004539228379120022, -0.0022395380682233733, -0.0007448268384626405, 0.00018633974936224632, 8.615947418894001e-5,
    -1.1214417322455377e-5, -7.748408953927579e-6, 4.330967046080511e-7, 5.699230560835332e-7, -2.5157113692506574e-9,
    -3.418972652195319e-8,
  ],
};

const geluTanhCrossing: Crossing = {
  zero: { high: -0.7524614220710163, low: 3.635560509207687e-17 },
  quotient: [
    0.4304000910248585, 0.3875184461357889, -0.015782853521848036, -0.11394448308095462, -0.016619328343050306, 0.019682309459450948,
    0.00526105925472406, -0.002422731830835693, -0.0009274420152302726, 0.0002639273263482654, 0.0001242521151406037, -3.495244215208736e-5,
    -1.594896050311977e-5, 5.893313638104327e-6, 2.420383804936924e-6, -8.980673769662941e-7, -3.8299640394489464e-7,
  ],
};

const mishCrossing: Crossing = {
  zero: { high: -1.1924312145154952, low: -4.8484829848031044e-17 },
  quotient: [
    0.2669479140495345, 0.20473126408010586, 0.04190782104360987, -0.02027182271668616, -0.01582112656173349, -0.00336068492685552,
    0.0010924055409541977, 0.0009898180955280583, 0.0002541293634791679, -4.1961358154593006e-5, -5.582890752808897e-5,
    -1.7300907146440567e-5, 9.426365610473947e-7, 2.9199143582978786e-6, 1.0723859627585e-6, -1.3332123599665314e-8, -1.4399457013101796e-7,
  ],
};

/** How far from the zero of a slope the polynomial is good. */
const reach = 0.4;

/** The slope next to its zero; NaN elsewhere. */
function crossing(x: DoubleDouble, { zero, quotient }: Crossing): number {
  const distance = x.high - zero.high + (x.low - zero.low);
  return Math.abs(distance) < reach ? distance * polynomial(quotient, distance) : Number.NaN;
}

const exactly = (high: number): DoubleDouble => ({ high, low: 0 });
const negativeSize = ({ high, low }: DoubleDouble): DoubleDouble => (high < 0 ? { high, low } : { high: -high, low: -low });

/** Beyond this, exponentials are 0 and gates 0 or 1. */
const widest = 760;

/** α x, and what rounding it lost, where a gate is neither 0 nor 1. */
function scaledOperand(x: number, alpha: number): DoubleDouble {
  const high = alpha * x;
  return { high, low: Math.abs(high) < widest && Math.abs(x) < 1e150 ? exactProduct(alpha, x).low : 0 };
}

/** x σ(α x) */
export function swish(x: number, alpha: number): number {
  const u = scaledOperand(x, alpha);
  return gated(x, u);
}

/** x σ(u) */
function gated(x: number, u: DoubleDouble): number {
  if (Math.abs(u.high) > widest) return u.high > 0 ? x : x < 0 ? -0 : 0;
  const { factor, exponent } = exponentialOf(negativeSize(u));
  const power = factor.high + factor.low;
  const d = 1 + scaled(power, exponent);
  return u.high < 0 ? scaled((x * power) / d, exponent) : x / d;
}

/** σ(u) (1 + moved σ(-u)) */
function gatedSlope(u: DoubleDouble, moved: number): number {
  const { factor, exponent } = exponentialOf(negativeSize(u));
  const power = factor.high + factor.low;
  const e = scaled(power, exponent);
  const d = 1 + e;
  return u.high < 0 ? scaled((power * (d + moved)) / (d * d), exponent) : (d + moved * e) / (d * d);
}

/** What a slope is where its gate has closed or is wide open; NaN elsewhere. */
const limitOf = (u: number, end: number): number => (u > end ? 1 : u < -end ? -0 : Number.NaN);

/** The slope of u σ(u) at u = α x. */
export function swishSlope(x: number, alpha: number): number {
  const u = scaledOperand(x, alpha);
  return firstNumber(limitOf(u.high, widest), crossing(u, swishCrossing)) ?? gatedSlope(u, u.high);
}

function firstNumber(...values: readonly number[]): number | undefined {
  return values.find((value) => !Number.isNaN(value));
}

/** x tanh(ln(1 + eˣ)), of exponentials of negative numbers alone. */
export function mish(x: number): number {
  if (Math.abs(x) > widest) return x > 0 ? x : -0;
  const { factor, exponent } = exponentialOf(exactly(-Math.abs(x)));
  const power = factor.high + factor.low;
  const e = scaled(power, exponent);
  if (x < 0) return scaled((x * (e + 2) * power) / (e * e + 2 * e + 2), exponent);
  return x * ((1 + 2 * e) / (1 + 2 * e + 2 * e * e));
}

export function mishSlope(x: number): number {
  const known = firstNumber(limitOf(x, widest), crossing(exactly(x), mishCrossing));
  if (known !== undefined) return known;
  const { factor, exponent } = exponentialOf(exactly(-Math.abs(x)));
  const power = factor.high + factor.low;
  const e = scaled(power, exponent);
  const risen = 4 * x * (e + 1);
  if (x < 0) {
    const d = e * e + 2 * e + 2;
    return scaled((power * ((e + 2) * d + risen)) / (d * d), exponent);
  }
  const d = 1 + 2 * e + 2 * e * e;
  return ((1 + 2 * e) * d + risen * e * e) / (d * d);
}

/** 1 / √2 and √(2/π) */
const halfRoot: DoubleDouble = { high: Math.SQRT1_2, low: -4.833646656726457e-17 };
const density: DoubleDouble = { high: 0.7978845608028654, low: -4.98465440455546e-17 };
/** The normal distribution function and its density are 0 below the negative of this, in products with x too. */
const widestNormal = 39;
/** Up to here 1 - erf(x / √2) is as good as its other form. */
const narrow = 0.36;

/** x Φ(x) */
export function gelu(x: number): number {
  if (!(x < -narrow)) return x > widestNormal ? x : 0.5 * x * erfc(-x * Math.SQRT1_2);
  if (x < -widestNormal) return -0;
  const { factor, exponent } = exponentialOf(exactProduct(x, -0.5 * x));
  const tail = pairProduct(factor, scaledComplement(pairProduct(exactly(-x), halfRoot)));
  return scaled(0.5 * x * (tail.high + tail.low), exponent);
}

/** Φ(x) + x φ(x) */
export function geluSlope(x: number): number {
  const known = firstNumber(limitOf(x, widestNormal), crossing(exactly(x), geluCrossing));
  if (known !== undefined) return known;
  if (!(x < -narrow)) return 0.5 * (erfc(-x * Math.SQRT1_2) + density.high * x * Math.exp(-0.5 * x * x));
  const { factor, exponent } = exponentialOf(exactProduct(x, -0.5 * x));
  const tail = scaledComplement(pairProduct(exactly(-x), halfRoot));
  const slope = pairProduct(factor, pairSum(tail, pairProduct(exactly(x), density)));
  return scaled(0.5 * (slope.high + slope.low), exponent);
}

/** 2 √(2/π), and 0.044715 times that. */
const linear: DoubleDouble = { high: 1.5957691216057308, low: -9.96930880911092e-17 };
const cubic: DoubleDouble = { high: 0.07135481627260025, low: -6.175149918155315e-19 };
/** Beyond, the gate is 0 or 1. */
const widestTanh = 21.6;

/** 2 √(2/π) (x + 0.044715 x³) */
const inner = (x: number): DoubleDouble => pairProduct(pairSum(linear, pairProduct(cubic, exactProduct(x, x))), exactly(x));

/** x σ(2 √(2/π) (x + 0.044715 x³)), which is the usual approximation of x Φ(x) with tanh. */
export const geluTanh = (x: number): number => gated(x, Math.abs(x) > widestTanh ? exactly(x * widest) : inner(x));

export function geluTanhSlope(x: number): number {
  const known = firstNumber(limitOf(x, widestTanh), crossing(exactly(x), geluTanhCrossing));
  return known ?? gatedSlope(inner(x), x * (linear.high + 3 * cubic.high * x * x));
}
