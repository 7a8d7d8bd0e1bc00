import { isFloating, type DType } from "../../src/tensor/dtype.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";

/** Reproducible numbers: the same seed gives the same sequence on every machine. */
export class Random {
  #state: number;

  constructor(seed: number | string) {
    this.#state = typeof seed === "number" ? seed >>> 0 : hash(seed);
  }

  /** Uniform from `low` (inclusive) to `high` (exclusive); 32 random bits. */
  uniform(low = 0, high = 1): number {
    // Mulberry32: a counter through a mixing function.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return low + (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  chance(probability = 0.5): boolean {
    return this.uniform() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let at = result.length - 1; at > 0; at--) {
      const other = this.integer(0, at);
      [result[at], result[other]] = [result[other], result[at]];
    }
    return result;
  }

  /** `count` different whole numbers below `limit`, in random order. */
  distinct(count: number, limit: number): number[] {
    return this.shuffled(Array.from({ length: limit }, (_, at) => at)).slice(0, count);
  }

  /** A shape of a rank between the bounds, with every size between `smallest` and `largest`. */
  shape(ranks: readonly [number, number] = [0, 4], sizes: readonly [number, number] = [1, 4]): number[] {
    return Array.from({ length: this.integer(...ranks) }, () => this.integer(...sizes));
  }

  /** A tensor of numbers between the bounds; whole ones (both bounds included) unless `dtype` is floating. */
  tensor(dtype: DType, shape: Shape, [low, high]: readonly [number, number] = dtype === "bool" ? [0, 1] : [-2, 2]): Tensor {
    const draw = isFloating(dtype) ? () => this.uniform(low, high) : () => this.integer(low, high);
    return tensorOf(dtype, shape, Array.from({ length: sizeOf(shape) }, draw));
  }
}

/** FNV-1a, so that a name can be a seed. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return state;
}
