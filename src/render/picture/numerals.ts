import type { DType } from "../../tensor/dtype.ts";

/** The sign of a negative number, as wide as a plus. */
export const minus = "\u2212";

/** A number to so many significant places, as one reads it: 0.7311, −12, 1.235e−7, ∞. */
export function numeral(value: number, digits: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? `${minus}∞` : "∞";
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  const isPlain = rounded === 0 || (size >= 1e-4 && size < 10 ** Math.max(digits, 6));
  const text = isPlain
    ? String(size)
    : size
        .toExponential(digits - 1)
        .replace(/\.?0*e\+?/, "e")
        .replace("-", minus);
  return rounded < 0 ? minus + text : text;
}

/** An element of a tensor as one reads it. */
export const element = (value: number, dtype: DType, digits: number): string =>
  dtype === "bool" ? (value === 0 ? "false" : "true") : numeral(value, digits);

/** A number with all its digits, for whoever copies it. */
export const exactNumeral = (value: number, dtype: DType): string => (dtype === "bool" ? (value === 0 ? "false" : "true") : String(value));
