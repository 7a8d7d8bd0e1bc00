import { uniform } from "../../src/kernels/random.ts";

/** Numbers at which floating-point code goes wrong. */
export const specials = [0, -0, 1, -1, 0.5, -2.5, Infinity, -Infinity, Number.NaN, 1e-310, -1e-42, 5e-324, 3e38, -1.7e308, 88.8, -104, 710];

/** So many numbers, spread evenly between two bounds. */
export const draws = (seed: number, count: number, from: number, to: number): number[] =>
  Array.from({ length: count }, (_, index) => from + (to - from) * uniform(seed, 0, index));
