import { exactProduct, exactSum } from "./pairs.ts";
import { polynomial } from "./special.ts";

// The gamma function's logarithm and its derivatives. Next to 0 they are what they are one further, less a term; far out they are
// Stirling's series; between, they come back to a short interval, where a polynomial in (x - 5/4) / (x + 5/4) was fitted by interpolating
// them, computed with sixty digits, at Chebyshev points; lowest power first.

/** ln Γ(x) / ((x - 1)(x - 2)) for 0.5 ≤ x ≤ 3, less its constant, over the variable; the fit is off by less than 6e-18. */
const logarithm = [
  -0.4613959610920402, 0.1296399016142752, -0.1585962243323723, 0.08634870698309821, -0.0969790008984065, 0.06438030149702013,
  -0.06988500373743751, 0.05124965828665206, -0.0546267515582028, 0.042549906197919034, -0.04483782267027033, 0.036374257244941616,
  -0.03800567813912359, 0.031689101016962394, -0.033197468807791036, 0.028826396608356494, -0.02764354545301439, 0.021041950383277556,
  -0.033963644176467765, 0.04144064728040182, 0.001573650096276764, -0.027106905244263128, -0.06447342514211202, 0.08302334586080172,
];
const constant = { high: 0.5241164609163369, low: -3.872186591065768e-17 };

/** x ψ(x) / (x - zero) for 0.5 ≤ x ≤ 3, where ψ is (ln Γ)'; the fit is off by less than 3e-18. */
const slope = [
  1.3434486370812682, 0.8770020184639684, 0.38408049880767986, 0.2890479654185158, 0.2213441939069396, 0.1809963550924958,
  0.15302583914063497, 0.13260788864279535, 0.11701413334685448, 0.10471293372083168, 0.09475871186756613, 0.08653791316317666,
  0.07962756324374651, 0.07372184024003663, 0.06870377247874647, 0.06455567604313088, 0.06015918819690069, 0.05444966589980387,
  0.054547929250325644, 0.06453170067488287, 0.049596612244607985, 0.001397268771876663, 0.027648609234898536, 0.12212467300690029,
  0.09149334675310206,
];

/** Where ψ is 0, as a double and what it lacks. */
const zero = 1.4616321449683622;
const lacking = 9.549995429965697e-17;

/** B₂, B₄, … B₁₆ */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** From here on Stirling's series is exact; that of the logarithm waits until its terms bear the error of ln x. */
const far = 10;
const farther = 20;

const variable = (x: number): number => (x - 1.25) / (x + 1.25);
const isPole = (x: number): boolean => x <= 0 && Number.isInteger(x);

/** sin(πx) / cos(πx) of a number whose whole part is taken away first. */
const sineOfPi = (x: number): number => Math.sin(Math.PI * (x - Math.round(x)));
const tangentOfPi = (x: number): number => Math.tan(Math.PI * (x - Math.round(x)));

/** ln |Γ(x)|: infinite at the poles, which are 0 and the negative integers. */
export function logGamma(x: number): number {
  if (!Number.isFinite(x)) return Math.abs(x);
  if (isPole(x)) return Infinity;
  if (x < -0.5) return Math.log(Math.PI) - Math.log(Math.abs(sineOfPi(x))) - logGamma(1 - x);
  if (x < 0.5) return x * (x - 1) * (constant.high + variable(1 + x) * polynomial(logarithm, variable(1 + x))) - Math.log(Math.abs(x));
  if (x < 3) {
    const zeros = exactProduct(x - 1, x - 2);
    const t = variable(x);
    const ratio = exactSum(constant.high, t * polynomial(logarithm, t) + constant.low);
    return zeros.high * ratio.high + (zeros.high * ratio.low + zeros.low * ratio.high);
  }
  if (x >= farther) {
    const series = polynomial(stirling, 1 / (x * x)) / x;
    return (x - 0.5) * (Math.log(x) - 1) + (series + (Math.log(2 * Math.PI) - 1) / 2);
  }
  let product = 1;
  let rest = x;
  while (rest >= 3) product *= --rest;
  return Math.log(product) + logGamma(rest);
}

const stirling = bernoulli.map((number, at) => number / ((2 * at + 2) * (2 * at + 1)));
const stirlingSlope = bernoulli.map((number, at) => number / (2 * at + 2));

/** The derivative of ln Γ. At 0 it is infinite, with the other sign than the zero's; at the negative integers there is none. */
export function digamma(x: number): number {
  if (x === 0) return -1 / x;
  if (x === Infinity) return x;
  if (!Number.isFinite(x) || isPole(x)) return NaN;
  if (x < -0.5) return digamma(1 - x) - Math.PI / tangentOfPi(x);
  if (x < 0.5) return digamma(1 + x) - 1 / x;
  if (x < 3) return ((x - zero - lacking) * polynomial(slope, variable(x))) / x;
  if (x >= far) return Math.log(x) - (0.5 + polynomial(stirlingSlope, 1 / (x * x)) / x) / x;
  let sum = 0;
  let rest = x;
  while (rest >= 3) sum += 1 / --rest;
  return digamma(rest) + sum;
}

/**
 * The derivative of ψ of an order from 1 up: -(-1)ⁿ n! Σ (x + k)^-(n + 1) for all k from 0 on, by its first terms and Euler's and
 * Maclaurin's formula for the others. All terms have one sign. For x < 0 only the first order, by the reflection of that at 1 - x.
 */
export function polygamma(order: number, x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return order === 1 && !isPole(x) && x > -Infinity ? (Math.PI / sineOfPi(x)) ** 2 - polygamma(1, 1 - x) : NaN;
  const power = order + 1;
  let rest = 0;
  let from = x;
  for (; from < far + order; from++) rest += from ** -power;
  let term = (power * from ** -(power + 1)) / 2;
  let tail = from ** -order / order + from ** -power / 2;
  bernoulli.forEach((number, at) => {
    tail += number * term;
    term *= ((power + 2 * at + 1) * (power + 2 * at + 2)) / ((2 * at + 3) * (2 * at + 4)) / (from * from);
  });
  let factor = order % 2 === 0 ? -1 : 1;
  for (let n = 2; n <= order; n++) factor *= n;
  return factor * (tail + rest);
}
