/** Rows and columns of the sums that stay in registers, and the length of the inner loop over packed operands. */
const tile = 4;
const depth = 256;

/**
 * A matrix product in plain TypeScript as one would write it for speed: C = A · B for square matrices whose size is a multiple of 4. B is
 * packed into panels of four columns, A into strips of four rows, and 4 × 4 sums are kept in local variables.
 */
export function blockedProduct(
  size: number,
  a: Float32Array | Float64Array,
  b: Float32Array | Float64Array,
  c: Float32Array | Float64Array,
): void {
  const panels = new Float64Array(size * Math.min(depth, size));
  const strip = new Float64Array(tile * Math.min(depth, size));
  c.fill(0);
  for (let start = 0; start < size; start += depth) {
    const length = Math.min(depth, size - start);
    for (let j = 0; j < size; j += tile) {
      for (let p = 0; p < length; p++) for (let s = 0; s < tile; s++) panels[j * length + p * tile + s] = b[(start + p) * size + j + s];
    }
    for (let i = 0; i < size; i += tile) {
      for (let r = 0; r < tile; r++) for (let p = 0; p < length; p++) strip[p * tile + r] = a[(i + r) * size + start + p];
      for (let j = 0; j < size; j += tile) addTile(strip, panels, j * length, length * tile, c, i * size + j, size);
    }
  }
}

function addTile(
  a: Float64Array,
  b: Float64Array,
  panel: number,
  end: number,
  c: Float32Array | Float64Array,
  place: number,
  size: number,
): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  for (let at = 0; at < end; at += tile) {
    const b0 = b[panel + at];
    const b1 = b[panel + at + 1];
    const b2 = b[panel + at + 2];
    const b3 = b[panel + at + 3];
    const a0 = a[at];
    const a1 = a[at + 1];
    const a2 = a[at + 2];
    const a3 = a[at + 3];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  const sums = [c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33];
  for (let r = 0; r < tile; r++) for (let s = 0; s < tile; s++) c[place + r * size + s] += sums[r * tile + s];
}
