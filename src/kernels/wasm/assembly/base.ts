/** a · b + c in every lane: rounded once where the processor fuses the two and this build makes use of it, else rounded twice. */
// @inline
export function madd<T extends number>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** Whether `madd` rounds once: (1 + 2^-30)(1 - 2^-30) - 1 is -2^-60 then, and 0 otherwise. */
export function fuses(): bool {
  const step = f64x2.splat(1.0 / 1073741824.0);
  const one = f64x2.splat(1);
  return f64x2.extract_lane(madd<f64>(f64x2.add(one, step), f64x2.sub(one, step), f64x2.splat(-1)), 0) !== 0;
}

/** Memory of this instance alone, for what a kernel packs; see `scratchBytes` in ../workspace.ts. */
export let scratch: usize = 0;

export function setScratch(address: usize): void {
  scratch = address;
}
