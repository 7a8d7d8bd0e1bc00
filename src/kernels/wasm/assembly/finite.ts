import { FiniteBlock } from "./blocks.ts";
import { holdsNonfinite } from "./chain-memory.ts";

/** Whether none of the numbers is a NaN or an infinity. */
export function finite_float32(block: FiniteBlock): bool {
  return !holdsNonfinite<f32>(block.x, block.count);
}

export function finite_float64(block: FiniteBlock): bool {
  return !holdsNonfinite<f64>(block.x, block.count);
}
