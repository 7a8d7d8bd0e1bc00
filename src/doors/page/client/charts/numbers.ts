/** A number as an axis has room for it. */
export function shortOf(number: number): string {
  if (!Number.isFinite(number)) return String(number);
  if (number !== 0 && (Math.abs(number) < 1e-3 || Math.abs(number) >= 1e5)) return number.toExponential(1);
  return String(Number(number.toPrecision(4)));
}
