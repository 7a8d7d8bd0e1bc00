// What the convolutions share: how windows lie in an image, and the padded copy of the image that they read.

import { BoxAxis } from "./blocks.ts";

// The axes of the convolution at hand.
let outer = changetype<BoxAxis>(0);
let middle = changetype<BoxAxis>(0);
let inner = changetype<BoxAxis>(0);

export function setAxes(first: BoxAxis, second: BoxAxis, third: BoxAxis): void {
  outer = first;
  middle = second;
  inner = third;
}

export function tapsOf(): i32 {
  return outer.taps * middle.taps * inner.taps;
}

export function boxSize(): i32 {
  return outer.box * middle.box * inner.box;
}

/** Fills `places` with the bytes from a window's start to each of its taps, channel by channel. */
export function placeTaps<T extends number>(channels: i32, places: usize): void {
  const first = outer,
    second = middle,
    third = inner;
  const volume = boxSize();
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < first.taps; i++) {
      for (let j = 0; j < second.taps; j++) {
        const row = c * volume + (i * first.tap * second.box + j * second.tap) * third.box;
        for (let k = 0; k < third.taps; k++) {
          store<u32>(places, (row + k * third.tap) * <i32>sizeof<T>());
          places += 4;
        }
      }
    }
  }
}

/** Copies what windows from (first, second, third) on read of `channels` channels at `image` into the box, which holds zeros elsewhere. */
export function fillBox<T extends number>(image: usize, channels: i32, first: i32, second: i32, third: i32, box: usize): void {
  const a = outer,
    b = middle,
    c = inner;
  // Only where there is more than one band do boxes differ in what they leave out.
  if (a.band < a.outs || b.band < b.outs || c.band < c.outs) memory.fill(box, 0, <usize>(channels * boxSize()) * sizeof<T>());
  const top = a.low + first * a.pace;
  const left = b.low + second * b.pace;
  const low = c.low + third * c.pace;
  const start = max(0, low);
  const length = min(c.size, low + c.box) - start;
  if (length <= 0) return;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = max(0, -top); i < min(a.box, a.size - top); i++) {
      for (let j = max(0, -left); j < min(b.box, b.size - left); j++) {
        const from = ((channel * a.size + top + i) * b.size + left + j) * c.size + start;
        const to = ((channel * a.box + i) * b.box + j) * c.box + start - low;
        copyRun<T>(image + <usize>from * sizeof<T>(), box + <usize>to * sizeof<T>(), length);
      }
    }
  }
}

/** Copies neighbouring elements; the last vector overlaps the one before. */
// @inline
export function copyRun<T extends number>(from: usize, to: usize, length: i32): void {
  const bytes = <usize>length * sizeof<T>();
  if (bytes < 16) {
    for (let at: usize = 0; at < bytes; at += sizeof<T>()) store<T>(to + at, load<T>(from + at));
    return;
  }
  const last = bytes - 16;
  for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at));
  v128.store(to + last, v128.load(from + last));
}
