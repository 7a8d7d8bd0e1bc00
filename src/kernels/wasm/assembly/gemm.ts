// Matrix products, for one pair of matrices or many.

import { GemmBlock } from "./blocks.ts";
import { multiplyByTiles } from "./gemm-blocks.ts";
import { multiplyByDots, multiplyByRows } from "./gemm-few.ts";
import { setAddend, setLeft, setOut, setRight } from "./gemm-product.ts";
import { shareOf } from "./gemm-share.ts";
import { tall, wide } from "./gemm-tile.ts";
import * as ways from "./gemm-ways.ts";

export function gemm_float32(block: GemmBlock, part: i32, parts: i32): void {
  gemm<f32>(block, part, parts);
}

export function gemm_float64(block: GemmBlock, part: i32, parts: i32): void {
  gemm<f64>(block, part, parts);
}

function gemm<T extends number>(block: GemmBlock, part: i32, parts: i32): void {
  const size = <i32>sizeof<T>();
  const way = block.way,
    batch = block.batch,
    m = block.m,
    n = block.n;
  const left = block.left,
    right = block.right,
    out = block.out,
    addend = block.addend;
  const alpha = <T>block.alpha,
    beta = <T>block.beta;
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
  } else if (way === ways.byDots || (way === ways.byTiles && m >= n)) {
    top = shareOf(m, tall, part, parts);
    bottom = shareOf(m, tall, part + 1, parts);
  } else {
    start = shareOf(n, wide<T>(), part, parts);
    stop = shareOf(n, wide<T>(), part + 1, parts);
  }
  for (let matrix = first; matrix < end; matrix++) {
    setLeft(left.at + <usize>(matrix * left.next * size), left.row * size, left.column * size, block.k);
    setRight(right.at + <usize>(matrix * right.next * size), right.row * size, right.column * size);
    setOut(out.at + <usize>(matrix * out.next * size), out.row * size, out.column * size);
    setAddend(addend.at === 0 ? 0 : addend.at + <usize>(matrix * addend.next * size), addend.row * size, addend.column * size);
    if (way === ways.byRows) multiplyByRows<T>(m, start, stop, alpha, beta);
    else if (way === ways.byDots) multiplyByDots<T>(top, bottom, n, alpha, beta);
    else multiplyByTiles<T>(top, bottom, start, stop, alpha, beta);
  }
}
