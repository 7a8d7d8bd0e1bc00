// What chains read from memory into registers, and write back.

import { EncodedOperand } from "./blocks.ts";

/** Copies rows of an operand, or a piece of one, into a register, wherever they lie. */
export function loadRows<T extends number>(
  operand: EncodedOperand,
  outerAxes: i32,
  outerSizes: usize,
  row: i32,
  rows: i32,
  column: i32,
  columns: i32,
  register: usize,
): void {
  const isBool = operand.isBool !== 0;
  const from = operand.at;
  const step = <usize>operand.step;
  const elementBytes: usize = isBool ? 1 : sizeof<T>();
  for (let r = 0; r < rows; r++) {
    const start = from + (offsetOf(operand, outerAxes, outerSizes, row + r) + <usize>column * step) * elementBytes;
    const to = register + <usize>(r * columns) * sizeof<T>();
    if (isBool) loadMasks<T>(start, step, columns, to);
    else loadNumbers<T>(start, step, columns, to);
  }
}

/** Where a row of an operand starts, in elements. */
export function offsetOf(operand: EncodedOperand, outerAxes: i32, outerSizes: usize, row: i32): usize {
  const strides = changetype<usize>(operand) + offsetof<EncodedOperand>();
  let offset: usize = 0;
  for (let axis = 0; axis < outerAxes; axis++) {
    const stride = load<usize>(strides + ((<usize>axis) << 2));
    if (axis === outerAxes - 1) return offset + <usize>row * stride;
    const size = load<i32>(outerSizes + ((<usize>axis) << 2));
    offset += <usize>(row % size) * stride;
    row /= size;
  }
  return offset;
}

/** Writes whole vectors, so up to 15 bytes more, when it repeats one number. */
function loadNumbers<T extends number>(from: usize, step: usize, count: i32, to: usize): void {
  const end = to + <usize>count * sizeof<T>();
  if (step === 0) {
    const all = v128.splat<T>(load<T>(from));
    for (; to < end; to += 16) v128.store(to, all);
    return;
  }
  if (step === 1) {
    for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
  }
  for (; to < end; to += sizeof<T>(), from += step * sizeof<T>()) store<T>(to, load<T>(from));
}

/** Spreads truths, one byte each, to masks. */
function loadMasks<T extends number>(from: usize, step: usize, count: i32, to: usize): void {
  const end = to + <usize>count * sizeof<T>();
  if (step === 1) {
    const zero = i64x2.splat(0);
    for (; to + 16 <= end; to += 16, from += 16 / sizeof<T>()) {
      if (sizeof<T>() === 4) {
        const bytes = v128.load_zero<u32>(from);
        v128.store(to, v128.ne<i32>(v128.extend_low<u16>(v128.extend_low<u8>(bytes)), zero));
      } else {
        const bytes = i16x8.splat(load<u16>(from));
        v128.store(to, v128.ne<i64>(v128.extend_low<u32>(v128.extend_low<u16>(v128.extend_low<u8>(bytes))), zero));
      }
    }
  }
  for (; to < end; to += sizeof<T>(), from += step) {
    const mask = load<u8>(from) !== 0 ? -1 : 0;
    if (sizeof<T>() === 4) store<i32>(to, mask);
    else store<i64>(to, mask);
  }
}

/** Packs masks to truths of one byte each. */
export function storeMasks<T extends number>(register: usize, to: usize, count: i32): void {
  const end = to + <usize>count;
  if (sizeof<T>() === 4) {
    const one = i8x16.splat(1);
    for (; to + 4 <= end; to += 4, register += 16) {
      const halves = v128.narrow<i32>(v128.load(register), v128.load(register));
      v128.store_lane<u32>(to, v128.and(v128.narrow<i16>(halves, halves), one), 0);
    }
  }
  for (; to < end; to++, register += sizeof<T>()) store<u8>(to, load<u8>(register) & 1);
}

/** Whether any of the numbers is NaN or infinite: all others give +0 when they are taken from themselves. */
export function holdsNonfinite<T extends number>(from: usize, count: i32): bool {
  const end = from + <usize>count * sizeof<T>();
  let rest = i64x2.splat(0);
  for (; from + 16 <= end; from += 16) {
    const x = v128.load(from);
    rest = v128.or(rest, v128.sub<T>(x, x));
  }
  if (v128.any_true(rest)) return true;
  for (; from < end; from += sizeof<T>()) if (!isFinite<T>(load<T>(from))) return true;
  return false;
}
