import { lanes, loadSome } from "./gemm-tile";

/** Whether none of `count` numbers is a NaN or an infinity: times zero, only those are not zero. */
// @ts-ignore: decorator
@inline
function finite<T>(from: usize, count: i32): bool {
  const zero = v128.splat<T>(0);
  let sum = zero;
  for (; count >= lanes<T>(); count -= lanes<T>()) {
    sum = v128.add<T>(sum, v128.mul<T>(v128.load(from), zero));
    from += 16;
  }
  if (count > 0) sum = v128.add<T>(sum, v128.mul<T>(loadSome<T>(from, count), zero));
  return i32x4.all_true(v128.eq<T>(sum, zero));
}

export function finite_float32(from: usize, count: i32): bool {
  return finite<f32>(from, count);
}

export function finite_float64(from: usize, count: i32): bool {
  return finite<f64>(from, count);
}
