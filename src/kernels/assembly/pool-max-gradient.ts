// The gradient of a max-pool: every cotangent goes to the place that its window selected, within its own plane.

import { shareOf } from "./gemm-share";

/** x[indices[o]] += y[o] over zeros, for `windows` windows and `size` elements of every plane. Places outside the plane are left out. */
// @ts-ignore: decorator
@inline
function scatter<T>(x: usize, y: usize, indices: usize, planes: i32, size: i32, windows: i32, part: i32, parts: i32): void {
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

export function max_pool_gradient_float32(x: usize, y: usize, indices: usize, planes: i32, size: i32, windows: i32, part: i32, parts: i32): void {
  scatter<f32>(x, y, indices, planes, size, windows, part, parts);
}

export function max_pool_gradient_float64(x: usize, y: usize, indices: usize, planes: i32, size: i32, windows: i32, part: i32, parts: i32): void {
  scatter<f64>(x, y, indices, planes, size, windows, part, parts);
}

/** Where the first index lies that is outside its own plane; -1 when there is none. */
export function first_outside_plane(indices: usize, planes: i32, size: i32, windows: i32): i32 {
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
    if (i64x2.all_true(fine) && (o == windows || (load<f64>(plane + <usize>o * 8) >= first && load<f64>(plane + <usize>o * 8) < first + <f64>size))) continue;
    for (o = 0; o < windows; o++) {
      const index = load<f64>(plane + <usize>o * 8);
      if (!(index >= first && index < first + <f64>size)) return at * windows + o;
    }
  }
  return -1;
}
