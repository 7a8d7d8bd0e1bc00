// Matrix products: out = alpha · A · B + beta · addend, for one pair of matrices or many.

import { multiplyByTiles } from "./gemm-blocks";
import { multiplyByDots, multiplyByRows } from "./gemm-few";
import { setAddend, setLeft, setOut, setRight } from "./gemm-product";
import { shareOf } from "./gemm-share";
import { tall, wide } from "./gemm-tile";

/** Ways to compute a product, which ../matmul.ts chooses by its shape. */
const byTiles: i32 = 0;
const byRows: i32 = 1;
const byDots: i32 = 2;

/** Steps are in elements; those named `…Next` lead from a matrix of the batch to the next. An addend of 0 is none. */
// @ts-ignore: decorator
@inline
function gemm<T>(
  way: i32, batch: i32, m: i32, n: i32, k: i32,
  a: usize, aRow: i32, aColumn: i32, aNext: i32,
  b: usize, bRow: i32, bColumn: i32, bNext: i32,
  c: usize, cRow: i32, cColumn: i32, cNext: i32,
  d: usize, dRow: i32, dColumn: i32, dNext: i32,
  alpha: f64, beta: f64, part: i32, parts: i32,
): void {
  const size = <i32>sizeof<T>();
  // Whole matrices are shared out where there are enough of them, else the longer side of each: less is packed twice.
  let first = 0,
    end = batch,
    top = 0,
    bottom = m,
    start = 0,
    stop = n;
  if (batch >= parts) {
    first = shareOf(batch, 1, part, parts);
    end = shareOf(batch, 1, part + 1, parts);
  } else if (way == byDots || (way == byTiles && m >= n)) {
    top = shareOf(m, tall, part, parts);
    bottom = shareOf(m, tall, part + 1, parts);
  } else {
    start = shareOf(n, wide<T>(), part, parts);
    stop = shareOf(n, wide<T>(), part + 1, parts);
  }
  for (let matrix = first; matrix < end; matrix++) {
    setLeft(a + <usize>(matrix * aNext * size), aRow * size, aColumn * size, k);
    setRight(b + <usize>(matrix * bNext * size), bRow * size, bColumn * size);
    setOut(c + <usize>(matrix * cNext * size), cRow * size, cColumn * size);
    setAddend(d == 0 ? 0 : d + <usize>(matrix * dNext * size), dRow * size, dColumn * size);
    if (way == byRows) multiplyByRows<T>(m, start, stop, <T>alpha, <T>beta);
    else if (way == byDots) multiplyByDots<T>(top, bottom, n, <T>alpha, <T>beta);
    else multiplyByTiles<T>(top, bottom, start, stop, <T>alpha, <T>beta);
  }
}

export function gemm_float32(
  way: i32, batch: i32, m: i32, n: i32, k: i32,
  a: usize, aRow: i32, aColumn: i32, aNext: i32,
  b: usize, bRow: i32, bColumn: i32, bNext: i32,
  c: usize, cRow: i32, cColumn: i32, cNext: i32,
  d: usize, dRow: i32, dColumn: i32, dNext: i32,
  alpha: f64, beta: f64, part: i32, parts: i32,
): void {
  gemm<f32>(
    way, batch, m, n, k, a, aRow, aColumn, aNext, b, bRow, bColumn, bNext, c, cRow, cColumn, cNext, d, dRow, dColumn, dNext, alpha, beta, part, parts,
  );
}

export function gemm_float64(
  way: i32, batch: i32, m: i32, n: i32, k: i32,
  a: usize, aRow: i32, aColumn: i32, aNext: i32,
  b: usize, bRow: i32, bColumn: i32, bNext: i32,
  c: usize, cRow: i32, cColumn: i32, cNext: i32,
  d: usize, dRow: i32, dColumn: i32, dNext: i32,
  alpha: f64, beta: f64, part: i32, parts: i32,
): void {
  gemm<f64>(
    way, batch, m, n, k, a, aRow, aColumn, aNext, b, bRow, bColumn, bNext, c, cRow, cColumn, cNext, d, dRow, dColumn, dNext, alpha, beta, part, parts,
  );
}
