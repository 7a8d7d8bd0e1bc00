import { holdsNonfinite } from "./chain-memory";

/** Whether none of `count` numbers is a NaN or an infinity. */
export function finite_float32(from: usize, count: i32): bool {
  return !holdsNonfinite<f32>(from, count);
}

export function finite_float64(from: usize, count: i32): bool {
  return !holdsNonfinite<f64>(from, count);
}
