/** More digits than these are no number that one would write instead of what it comes from. */
const mostDigits = 12;

interface Decimal {
  readonly digits: bigint;
  /** Places behind the point. */
  readonly places: number;
}

function decimalOf(value: number): Decimal | null {
  if (!Number.isFinite(value)) return null;
  const [mantissa, exponent = "0"] = String(value).split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  const places = fraction.length - Number(exponent);
  return Math.abs(places) > 30 ? null : { digits: BigInt(whole + fraction), places };
}

function numberOf({ digits, places }: Decimal): number | null {
  let [short, at] = [digits, places];
  while (short !== 0n && short % 10n === 0n) [short, at] = [short / 10n, at - 1];
  return String(short).replace("-", "").length > mostDigits || Math.abs(at) > mostDigits ? null : Number(`${String(short)}e${-at}`);
}

/** The sum of two numbers as they are written, 0.3 for 0.1 and 0.2; null where it is long. */
export function exactSum(a: number, b: number): number | null {
  const [left, right] = [decimalOf(a), decimalOf(b)];
  if (left === null || right === null) return null;
  const places = Math.max(left.places, right.places);
  const scaled = (each: Decimal): bigint => each.digits * 10n ** BigInt(places - each.places);
  return numberOf({ digits: scaled(left) + scaled(right), places });
}

/** The product of two numbers as they are written; null where it is long. */
export function exactProduct(a: number, b: number): number | null {
  const [left, right] = [decimalOf(a), decimalOf(b)];
  return left === null || right === null ? null : numberOf({ digits: left.digits * right.digits, places: left.places + right.places });
}

/** A fraction, for coefficients; `under` is greater than 0. */
export interface Fraction {
  readonly over: number;
  readonly under: number;
}

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

/** In lowest terms: 2/4 is 1/2; 0.5/2 is 0.25, since it was not written in whole numbers. Null where it cannot be told in short. */
export function fraction(over: number | null, under: number | null): Fraction | null {
  if (over === null || under === null || under === 0 || !Number.isFinite(over) || !Number.isFinite(under)) return null;
  if (over === 0) return { over: 0, under: 1 };
  if (under < 0) return fraction(-over, -under);
  if (under === 1) return { over, under };
  let [top, bottom] = [over, under];
  const whole = Number.isSafeInteger(top) && Number.isSafeInteger(bottom);
  for (let tries = 0; !(Number.isSafeInteger(top) && Number.isSafeInteger(bottom)); tries++) {
    const [more, below] = [exactProduct(top, 10), exactProduct(bottom, 10)];
    if (tries > mostDigits || more === null || below === null) return { over, under };
    [top, bottom] = [more, below];
  }
  const common = gcd(top, bottom);
  [top, bottom] = [top / common, bottom / common];
  if (whole || bottom === 1) return { over: top, under: bottom };
  const decimal = decimalFraction(top, bottom);
  return decimal === null ? { over: top, under: bottom } : { over: decimal, under: 1 };
}

/** The fraction as a decimal number, where that ends. */
function decimalFraction(over: number, under: number): number | null {
  let rest = under;
  while (rest % 2 === 0) rest /= 2;
  while (rest % 5 === 0) rest /= 5;
  const value = over / under;
  return rest === 1 && exactProduct(value, under) === over ? value : null;
}

export const fractionSum = (a: Fraction, b: Fraction): Fraction | null => {
  const [left, right, under] = [exactProduct(a.over, b.under), exactProduct(b.over, a.under), exactProduct(a.under, b.under)];
  return left === null || right === null ? null : fraction(exactSum(left, right), under);
};

export const fractionProduct = (a: Fraction, b: Fraction): Fraction | null =>
  fraction(exactProduct(a.over, b.over), exactProduct(a.under, b.under));
