/** Random numbers with a seed: the same seed draws the same data in every browser. */
export interface Draws {
  /** From 0 up to 1. */
  readonly uniform: () => number;
  /** With mean 0 and deviation 1. */
  readonly normal: () => number;
}

/** Mulberry32, whose 32 bits are enough for points in a picture. */
export function drawsOf(seed: number): Draws {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  // Box and Muller; 1 - u is never 0.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
