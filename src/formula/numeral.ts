/** A number as people write it. */
export interface Numeral {
  /** With U+2212 for minus: −0.5; null for a power of ten alone. */
  readonly mantissa: string | null;
  /** Of ten; null where the number is written without. */
  readonly exponent: number | null;
}

/** A number to so many significant places, or exactly. */
export function numeralOf(value: number, digits?: number): Numeral {
  if (!Number.isFinite(value)) return { mantissa: Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞", exponent: null };
  const [mantissa, exponent] = String(digits === undefined ? value : Number(value.toPrecision(digits))).split("e");
  if (exponent === undefined) return { mantissa: mantissa.replace("-", "−"), exponent: null };
  return { mantissa: mantissa === "1" ? null : mantissa.replace("-", "−"), exponent: Number(exponent) };
}
