// The gradient of a max-pool: every cotangent goes to the place that its window selected, within its own plane.

import { MaxPoolGradientBlock, PlacesBlock } from "./blocks.ts";
import { shareOf } from "./gemm-share.ts";

export function max_pool_gradient_float32(block: MaxPoolGradientBlock, part: i32, parts: i32): void {
  scatter<f32>(block, part, parts);
}

export function max_pool_gradient_float64(block: MaxPoolGradientBlock, part: i32, parts: i32): void {
  scatter<f64>(block, part, parts);
}

/** Places outside their plane are left out. */
function scatter<T extends number>(block: MaxPoolGradientBlock, part: i32, parts: i32): void {
  const x = block.x,
    y = block.y,
    indices = block.places.indices;
  const planes = block.places.planes,
    size = block.places.size,
    windows = block.places.windows;
  const end = shareOf(planes, 1, part + 1, parts);
  for (let at = shareOf(planes, 1, part, parts); at < end; at++) {
    const plane = x + <usize>(at * size) * sizeof<T>();
    const first = <f64>at * <f64>size;
    let from = y + <usize>(at * windows) * sizeof<T>();
    let place = indices + <usize>(at * windows) * 8;
    memory.fill(plane, 0, <usize>size * sizeof<T>());
    for (let o = 0; o < windows; o++) {
      const element = <i32>(load<f64>(place) - first);
      if (<u32>element < <u32>size) {
        const to = plane + <usize>element * sizeof<T>();
        store<T>(to, <T>(load<T>(to) + load<T>(from)));
      }
      from += sizeof<T>();
      place += 8;
    }
  }
}

/** Where the first index lies that is outside its own plane; -1 when there is none. */
export function first_outside_plane(block: PlacesBlock): i32 {
  const indices = block.indices,
    planes = block.planes,
    size = block.size,
    windows = block.windows;
  for (let at = 0; at < planes; at++) {
    const first = <f64>at * <f64>size;
    const low = f64x2.splat(first);
    const high = f64x2.splat(first + <f64>size);
    const plane = indices + <usize>(at * windows) * 8;
    let fine = i64x2.splat(-1);
    let o = 0;
    for (; o + 2 <= windows; o += 2) {
      const pair = v128.load(plane + <usize>o * 8);
      fine = v128.and(fine, v128.and(f64x2.ge(pair, low), f64x2.lt(pair, high)));
    }
    if (
      i64x2.all_true(fine) &&
      (o === windows || (load<f64>(plane + <usize>o * 8) >= first && load<f64>(plane + <usize>o * 8) < first + <f64>size))
    )
      continue;
    for (o = 0; o < windows; o++) {
      const index = load<f64>(plane + <usize>o * 8);
      if (!(index >= first && index < first + <f64>size)) return at * windows + o;
    }
  }
  return -1;
}
