import { exactProduct } from "./pairs.ts";

/** √(a² + b²) with one rounding, or little more: nothing overflows or vanishes before the result does. */
export function hypot(a: number, b: number): number {
  const [x, y] = [Math.abs(a), Math.abs(b)];
  if (x === Infinity || y === Infinity) return Infinity;
  const greater = Math.max(x, y);
  if (!(greater > 0)) return greater;
  // A power of two takes no digit away. The squares of what is 2⁻⁵⁰⁰ beside the greater one do not count.
  const scale = greater > 2 ** 500 ? 2 ** -600 : greater < 2 ** -400 ? 2 ** 600 : 1;
  const [p, q] = [exactProduct(x * scale, x * scale), exactProduct(y * scale, y * scale)];
  const root = Math.sqrt(p.high + q.high);
  // What the root lacks, by one step of Newton's.
  const square = exactProduct(root, root);
  const [most, least] = p.high < q.high ? [q, p] : [p, q];
  const lacks = most.high - square.high + least.high - square.low + (most.low + least.low);
  return (root + lacks / (2 * root)) / scale;
}
