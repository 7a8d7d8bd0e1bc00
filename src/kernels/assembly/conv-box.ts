// What the convolutions share: how windows lie in an image, and the padded copy of the image that they read.

import { scratch } from "./base";

/**
 * Windows along one axis, in terms of a box that holds the part of the image that they read: window o meets the box at o · pace + t · tap
 * for each of its `taps` taps t. Three of these lie at the start of the thread's scratch memory.
 */
@unmanaged
export class Axis {
  /** Of the image. */
  size: i32;
  /** Element of the image at the box's first place; below 0 in the padding. */
  low: i32;
  taps: i32;
  tap: i32;
  pace: i32;
  /** Number of windows. */
  outs: i32;
  /** Windows that a box holds at a time. */
  band: i32;
  /** Places of the box. */
  box: i32;
}

// @ts-ignore: decorator
@inline
export function axisAt(axis: i32): Axis {
  return changetype<Axis>(scratch + <usize>axis * offsetof<Axis>());
}

/** Bytes of scratch memory that the axes take. */
export const axisBytes: i32 = 128;

/** `boxed` is false where the windows read the image itself, in which case no window may reach into padding. */
export function setAxis(axis: i32, size: i32, low: i32, taps: i32, tap: i32, pace: i32, outs: i32, band: i32, boxed: bool): void {
  const it = axisAt(axis);
  it.size = size;
  it.low = low;
  it.taps = taps;
  it.tap = tap;
  it.pace = pace;
  it.outs = outs;
  it.band = band;
  it.box = boxed ? pace * (band - 1) + tap * max(0, taps - 1) + 1 : size;
}

export function tapsOf(): i32 {
  return axisAt(0).taps * axisAt(1).taps * axisAt(2).taps;
}

export function boxSize(): i32 {
  return axisAt(0).box * axisAt(1).box * axisAt(2).box;
}

/** Fills `places` with the bytes from a window's start to each of its taps, channel by channel. */
export function placeTaps<T>(channels: i32, places: usize): void {
  const first = axisAt(0),
    second = axisAt(1),
    third = axisAt(2);
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
export function fillBox<T>(image: usize, channels: i32, first: i32, second: i32, third: i32, box: usize): void {
  const a = axisAt(0),
    b = axisAt(1),
    c = axisAt(2);
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
// @ts-ignore: decorator
@inline
export function copyRun<T>(from: usize, to: usize, length: i32): void {
  const bytes = <usize>length * sizeof<T>();
  if (bytes < 16) {
    for (let at: usize = 0; at < bytes; at += sizeof<T>()) store<T>(to + at, load<T>(from + at));
    return;
  }
  const last = bytes - 16;
  for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at));
  v128.store(to + last, v128.load(from + last));
}
