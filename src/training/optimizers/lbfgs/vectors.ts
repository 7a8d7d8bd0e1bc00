/** Sums and updates over flat vectors of one length, in order of the elements. */

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}

/** Puts `a + scale · b` into `out`, which may be one of them. */
export function addScaled(out: Float64Array, a: Float64Array, scale: number, b: Float64Array): void {
  for (let at = 0; at < out.length; at++) out[at] = a[at] + scale * b[at];
}

export function scaleBy(vector: Float64Array, factor: number): void {
  for (let at = 0; at < vector.length; at++) vector[at] *= factor;
}

/** The greatest magnitude of an element; NaN when one is NaN, 0 for none. */
export function largest(vector: Float64Array): number {
  let most = 0;
  for (const element of vector) most = Math.max(most, Math.abs(element));
  return most;
}

export function sumOfMagnitudes(vector: Float64Array): number {
  let sum = 0;
  for (const element of vector) sum += Math.abs(element);
  return sum;
}
