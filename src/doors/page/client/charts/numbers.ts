/** A number as an axis has room for it. */
export function shortOf(number: number): string {
  if (!Number.isFinite(number)) return String(number);
  if (number !== 0 && (Math.abs(number) < 1e-3 || Math.abs(number) >= 1e5)) return number.toExponential(1);
  return String(Number(number.toPrecision(4)));
}

/** Powers of ten between two numbers, of which an axis has room for a few. */
export function powersOfTen(least: number, most: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
  const stride = Math.max(1, Math.ceil((last - first) / 6));
  return Array.from({ length: Math.max(0, Math.floor((last - first) / stride) + 1) }, (_, at) => 10 ** (first + at * stride));
}

/** Round numbers within a span, about so many. */
export function ticksOf([least, most]: readonly [least: number, most: number], about: number): number[] {
  const rough = (most - least) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.max(0, Math.floor(most / step) - first + 1) }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}
