import type { Data } from "../tensor/dtype.ts";
import { stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { blocksAround } from "./copy.ts";
import { stridedPlaces } from "./elementwise.ts";

/** Called with an index outside its axis, and its place among the indices; throws. */
export type RefuseIndex = (index: number, at: number) => never;

/** Indices into an axis of the given size, with negative ones counted from the end. */
export function normalIndices(indices: Data, size: number, refuse: RefuseIndex): Int32Array {
  const normal = new Int32Array(indices.length);
  for (let at = 0; at < normal.length; at++) normal[at] = normalIndex(indices[at], size, at, refuse);
  return normal;
}

function normalIndex(index: number, size: number, at: number, refuse: RefuseIndex): number {
  const normal = index < 0 ? index + size : index;
  return normal >= 0 && normal < size ? normal : refuse(index, at);
}

/** Takes whole slices of `x` along `axis`, in the order of `indices`. */
export function takeSlices(x: Tensor, indices: Int32Array, axis: number, out: Data): void {
  const { outer, inner } = blocksAround(x.shape, axis);
  let to = 0;
  for (let block = 0; block < outer; block++) {
    const start = block * x.shape[axis] * inner;
    for (const index of indices) {
      const from = start + index * inner;
      if (inner > 32) out.set(x.data.subarray(from, from + inner), to);
      else for (let i = 0; i < inner; i++) out[to + i] = x.data[from + i];
      to += inner;
    }
  }
}

/**
 * For every element of `indices`, the place in a tensor of `shape` at the same position except along `axis`, where the element itself
 * says which.
 */
export function placesAlongAxis(indices: Tensor, shape: readonly number[], axis: number, refuse: RefuseIndex): Int32Array {
  const strides = stridesOf(shape);
  const stride = strides[axis];
  strides[axis] = 0;
  const walk = stridedPlaces([strides], indices.shape);
  const places = new Int32Array(indices.data.length);
  for (let at = 0; at < places.length; at++) {
    places[at] = walk.next()[0] + normalIndex(indices.data[at], shape[axis], at, refuse) * stride;
  }
  return places;
}

/**
 * The starts of the slices that index tuples (the last axis of `indices`) name in a tensor of `shape`, after its first `batch` axes,
 * which both tensors share. `refuse` is told the place in `indices` of the bad part of a tuple.
 */
export function placesOfTuples(indices: Tensor, shape: readonly number[], batch: number, refuse: RefuseIndex): Int32Array {
  const strides = stridesOf(shape);
  const length = indices.shape[indices.shape.length - 1];
  const places = new Int32Array(tupleCount(indices));
  const perBatch = tupleCount({ shape: indices.shape.slice(batch) });
  const batchStride = batch === 0 ? 0 : strides[batch - 1];
  for (let tuple = 0; tuple < places.length; tuple++) {
    let place = batch === 0 ? 0 : Math.floor(tuple / perBatch) * batchStride;
    for (let part = 0; part < length; part++) {
      const at = tuple * length + part;
      place += normalIndex(indices.data[at], shape[batch + part], at, refuse) * strides[batch + part];
    }
    places[tuple] = place;
  }
  return places;
}

/** How many tuples the last axis of `indices` holds. */
function tupleCount({ shape }: { shape: readonly number[] }): number {
  let count = 1;
  for (let axis = 0; axis < shape.length - 1; axis++) count *= shape[axis];
  return count;
}

/** Reads `length` elements from every place, in order. */
export function takePlaces(x: Data, places: Int32Array, length: number, out: Data): void {
  let to = 0;
  for (const place of places) for (let i = 0; i < length; i++) out[to++] = x[place + i];
}

/** How a written number meets what is there. */
const meetings = {
  none: (_old: number, update: number): number => update,
  add: (old: number, update: number): number => old + update,
  mul: (old: number, update: number): number => old * update,
  max: (old: number, update: number): number => Math.max(old, update),
  min: (old: number, update: number): number => Math.min(old, update),
} as const;

export type Meeting = keyof typeof meetings;

/**
 * A copy of `x` into whose places the updates, `length` elements for each, are written one after another in their order. Running sums
 * and products are kept in doubles; the sum of truths is truth.
 */
export function scatterPlaces(x: Tensor, places: Int32Array, length: number, updates: Data, meeting: Meeting, out: Tensor): void {
  const meet = meetings[out.dtype === "bool" && meeting === "add" ? "max" : meeting];
  const wide = out.dtype === "float32" ? Float64Array.from(x.data) : out.data;
  if (wide === out.data) wide.set(x.data);
  let from = 0;
  for (const place of places) for (let i = 0; i < length; i++) wide[place + i] = meet(wide[place + i], updates[from++]);
  if (wide !== out.data) out.data.set(wide);
}

/** `on` where the place along `axis` of `out` is the index (a negative one counts from the end), `off` elsewhere. */
export function markIndices(indices: Data, axis: number, off: number, on: number, out: Tensor): void {
  const { inner } = blocksAround(out.shape, axis);
  const depth = out.shape[axis];
  out.data.fill(off);
  for (let at = 0; at < indices.length; at++) {
    const whole = Math.trunc(indices[at]);
    const index = whole < 0 ? whole + depth : whole;
    if (index >= 0 && index < depth) out.data[(Math.floor(at / inner) * depth + index) * inner + (at % inner)] = on;
  }
}
