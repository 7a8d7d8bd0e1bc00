import type { Data } from "../tensor/dtype.ts";

/**
 * Random numbers as a function of (seed, stream, index): no state, so that any element of any tensor can be drawn by itself, in any order
 * and on any thread. Philox-4x32 with ten rounds, from Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
 */

const multiplierA = 0xd2511f53;
const multiplierB = 0xcd9e8d57;
const weylA = 0x9e3779b9;
const weylB = 0xbb67ae85;
const rounds = 10;
const word = 2 ** 32;

/** Four random words for a key and a counter of two and four words; `out` receives them. */
export function philox(key: readonly [number, number], counter: readonly [number, number, number, number], out: Uint32Array): void {
  let [k0, k1] = key;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < rounds; round++) {
    const highA = highWord(multiplierA, c0);
    const highB = highWord(multiplierB, c2);
    const lowA = Math.imul(multiplierA, c0);
    const lowB = Math.imul(multiplierB, c2);
    c0 = highB ^ c1 ^ k0;
    c1 = lowB;
    c2 = highA ^ c3 ^ k1;
    c3 = lowA;
    k0 = (k0 + weylA) | 0;
    k1 = (k1 + weylB) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of the product of two 32-bit words. */
function highWord(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) | 0;
}

const drawn = new Uint32Array(4);

function draw(seed: number, stream: number, index: number): Uint32Array {
  philox(
    [seed | 0, Math.floor(seed / word) | 0],
    [index | 0, Math.floor(index / word) | 0, stream | 0, Math.floor(stream / word) | 0],
    drawn,
  );
  return drawn;
}

/** 53 random bits as a number from 0 (inclusive) to 1 (exclusive). */
const fraction = (high: number, low: number): number => ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;

/** Uniform in [0, 1). Seed, stream and index are whole numbers below 2^53. */
export function uniform(seed: number, stream: number, index: number): number {
  const words = draw(seed, stream, index);
  return fraction(words[0], words[1]);
}

/** Normal with mean 0 and variance 1, by Box and Muller's transform. */
export function normal(seed: number, stream: number, index: number): number {
  const words = draw(seed, stream, index);
  const radius = Math.sqrt(-2 * Math.log1p(-fraction(words[0], words[1])));
  return radius * Math.cos(2 * Math.PI * fraction(words[2], words[3]));
}

/** mask[i] = 1 with probability `keep`, else 0, as a function of the seed, the number of the draw and i alone. */
export function drawMask(seed: number, keep: number, mask: Data, drawing = 0): void {
  const limit = keep * word;
  for (let i = 0; i < mask.length; i += 4) {
    const words = draw(seed, drawing, i / 4);
    for (let k = 0; k < 4 && i + k < mask.length; k++) mask[i + k] = words[k] < limit ? 1 : 0;
  }
}
