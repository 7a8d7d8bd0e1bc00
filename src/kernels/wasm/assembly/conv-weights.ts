// The gradient of a convolution by its weights: dot products of the cotangent's rows with lines that hold, for one channel and tap, what
// every window reads there. The lines of a few images at a time are copied from the box.

import { scratch } from "./base.ts";
import { BoxAxis, ConvWeightsBlock } from "./blocks.ts";
import { boxSize, copyRun, fillBox, placeTaps, setAxes, tapsOf } from "./conv-box.ts";
import { dots1, dots2 } from "./gemm-dots.ts";
import { shareOf } from "./gemm-share.ts";

export function conv_weights_float32(block: ConvWeightsBlock, part: i32, parts: i32): void {
  convWeights<f32>(block, part, parts);
}

export function conv_weights_float64(block: ConvWeightsBlock, part: i32, parts: i32): void {
  convWeights<f64>(block, part, parts);
}

// The axes of the gradient at hand.
let outer = changetype<BoxAxis>(0);
let middle = changetype<BoxAxis>(0);
let inner = changetype<BoxAxis>(0);

function convWeights<T extends number>(given: ConvWeightsBlock, part: i32, parts: i32): void {
  outer = given.outer;
  middle = given.middle;
  inner = given.inner;
  setAxes(outer, middle, inner);
  const x = given.x,
    g = given.g,
    w = given.w;
  const batch = given.batch,
    groups = given.groups,
    channels = given.channels,
    filters = given.filters;
  const block = given.block,
    images = given.images,
    boxed = given.boxed !== 0;
  const outs0 = outer.outs,
    outs1 = middle.outs,
    outs2 = inner.outs;
  const band0 = outer.band,
    band1 = middle.band,
    band2 = inner.band;
  const size = <i32>sizeof<T>();
  const taps = tapsOf();
  const places = scratch;
  const lines = places + <usize>(4 * block * taps);
  const mostWindows = images * band0 * band1 * band2;
  const box = lines + <usize>(block * taps * mostWindows) * sizeof<T>();
  placeTaps<T>(block, places);
  if (boxed) memory.fill(box, 0, <usize>(block * boxSize()) * sizeof<T>());
  // Channels are shared out where there are enough of them, else filters, for which every thread copies the same lines.
  const byChannels = channels >= 4 * parts || channels % parts === 0;
  const firstChannel = byChannels ? shareOf(channels, 1, part, parts) : 0;
  const endChannel = byChannels ? shareOf(channels, 1, part + 1, parts) : channels;
  const firstFilter = byChannels ? 0 : shareOf(filters, 4, part, parts);
  const endFilter = byChannels ? filters : shareOf(filters, 4, part + 1, parts);
  if (firstFilter === endFilter) return;
  const channelSize = outer.size * middle.size * inner.size;
  const windows = outs0 * outs1 * outs2;
  const origin = boxed ? 0 : (outer.low * middle.size + middle.low) * inner.size + inner.low;
  for (let group = 0; group < groups; group++) {
    for (let channel = firstChannel; channel < endChannel; channel += block) {
      const count = min(block, endChannel - channel);
      let add = false;
      for (let n = 0; n < batch; n += images) {
        const chunk = min(images, batch - n);
        for (let i = 0; i < outs0; i += band0) {
          for (let j = 0; j < outs1; j += band1) {
            for (let k = 0; k < outs2; k += band2) {
              const first = min(band0, outs0 - i),
                second = min(band1, outs1 - j),
                third = min(band2, outs2 - k);
              const length = first * second * third;
              for (let at = 0; at < chunk; at++) {
                const image = x + <usize>(((n + at) * groups + group) * channels + channel) * <usize>(channelSize * size);
                if (boxed) fillBox<T>(image, count, i, j, k, box);
                const from = boxed ? box : image + <usize>(origin * size);
                copyLines<T>(from, places, count * taps, first, second, third, lines + <usize>(at * length * size), mostWindows * size);
              }
              const start = (i * outs1 + j) * outs2 + k;
              const from = g + <usize>((n * groups + group) * filters * windows + start) * sizeof<T>();
              const to = w + <usize>((group * filters * channels + channel) * taps) * sizeof<T>();
              for (let filter = firstFilter; filter < endFilter; filter += 4) {
                const rows = min(4, endFilter - filter);
                const a = from + <usize>(filter * windows) * sizeof<T>();
                const row = to + <usize>(filter * channels * taps) * sizeof<T>();
                addDots<T>(
                  rows,
                  chunk,
                  length,
                  a,
                  windows * size,
                  groups * filters * windows * size,
                  lines,
                  mostWindows * size,
                  length * size,
                  count * taps,
                  row,
                  channels * taps * size,
                  add,
                );
              }
              add = true;
            }
          }
        }
      }
    }
  }
}

/** The dot products of a few rows at `a` with `count` lines. */
// @inline
function addDots<T extends number>(
  rows: i32,
  segments: i32,
  length: i32,
  a: usize,
  aRow: usize,
  aSegment: usize,
  lines: usize,
  line: usize,
  segment: usize,
  count: i32,
  to: usize,
  toRow: usize,
  add: bool,
): void {
  let q = 0;
  if (rows === 1) {
    // The other way round the four rows of a tile are lines, none of which is missing.
    for (; q < count; q += 4) {
      dots1<T>(min(4, count - q), segments, length, lines, line, segment, a, aSegment, to, sizeof<T>(), add);
      lines += 4 * line;
      to += 4 * sizeof<T>();
    }
    return;
  }
  for (; q + 2 <= count; q += 2) {
    dots2<T>(rows, segments, length, a, aRow, aSegment, lines, line, segment, to, toRow, add);
    lines += 2 * line;
    to += 2 * sizeof<T>();
  }
  if (q < count) dots1<T>(rows, segments, length, a, aRow, aSegment, lines, segment, to, toRow, add);
}

/** Copies what the windows of a band read, a line for every tap of every channel. */
function copyLines<T extends number>(
  from: usize,
  places: usize,
  count: i32,
  first: i32,
  second: i32,
  third: i32,
  to: usize,
  line: usize,
): void {
  const a = outer,
    b = middle,
    c = inner;
  for (let q = 0; q < count; q++) {
    const tap = from + <usize>load<u32>(places + <usize>q * 4);
    let at = to;
    for (let i = 0; i < first; i++) {
      for (let j = 0; j < second; j++) {
        const row = tap + <usize>((i * a.pace * b.box + j * b.pace) * c.box) * sizeof<T>();
        if (c.pace === 1) copyRun<T>(row, at, third);
        else for (let k = 0; k < third; k++) store<T>(at + <usize>k * sizeof<T>(), load<T>(row + <usize>(k * c.pace) * sizeof<T>()));
        at += <usize>third * sizeof<T>();
      }
    }
    to += line;
  }
}
