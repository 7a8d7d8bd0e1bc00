import { broadcastStrides, sameShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { copyByKernel } from "./wasm/strided.ts";
import { workspaceOf } from "./workspace.ts";

/** Fewer elements are copied sooner than a kernel is called. */
const leastCopied = 128;

/** out[i] = f(x[i]) for tensors of one shape. */
export function mapUnary(f: (x: number) => number, x: Tensor, out: Tensor): void {
  const from = x.data;
  const to = out.data;
  for (let i = 0; i < to.length; i++) to[i] = f(from[i]);
}

/** out = f(a, b) under broadcasting to `out`'s shape. */
export function mapBinary(f: (a: number, b: number) => number, a: Tensor, b: Tensor, out: Tensor): void {
  const to = out.data;
  const left = a.data;
  const right = b.data;
  if (sameShape(a.shape, b.shape)) {
    for (let i = 0; i < to.length; i++) to[i] = f(left[i], right[i]);
  } else if (right.length === 1 && left.length === to.length) {
    for (let i = 0; i < to.length; i++) to[i] = f(left[i], right[0]);
  } else if (left.length === 1 && right.length === to.length) {
    for (let i = 0; i < to.length; i++) to[i] = f(left[0], right[i]);
  } else {
    const { length, steps, starts } = runsOf([a, b], out);
    const [leftStep, rightStep] = steps;
    for (let at = 0; at < to.length; at += length) {
      const [p, q] = starts.next();
      for (let i = 0; i < length; i++) to[at + i] = f(left[p + i * leftStep], right[q + i * rightStep]);
    }
  }
}

/** out = f(a, b, c) under broadcasting to `out`'s shape. */
export function mapTernary(f: (a: number, b: number, c: number) => number, a: Tensor, b: Tensor, c: Tensor, out: Tensor): void {
  const to = out.data;
  const { length, steps, starts } = runsOf([a, b, c], out);
  const [aStep, bStep, cStep] = steps;
  for (let at = 0; at < to.length; at += length) {
    const [p, q, r] = starts.next();
    for (let i = 0; i < length; i++) to[at + i] = f(a.data[p + i * aStep], b.data[q + i * bStep], c.data[r + i * cStep]);
  }
}

/** A broadcast as runs: from each of `starts`, every operand advances by its own step for `length` elements. */
interface Runs {
  readonly length: number;
  readonly steps: readonly number[];
  readonly starts: { next(): readonly number[] };
}

/** One run where every operand is as large as the result or a single number, else one along the last axis of `out` for each row. */
function runsOf(operands: readonly Tensor[], out: Tensor): Runs {
  const size = out.data.length;
  const isSingle = ({ data }: Tensor): boolean => data.length === 1;
  if (operands.every((operand) => operand.data.length === size || isSingle(operand))) {
    const start = operands.map(() => 0);
    return { length: size, steps: operands.map((operand) => (isSingle(operand) ? 0 : 1)), starts: { next: () => start } };
  }
  const last = out.shape.length - 1;
  const strides = operands.map(({ shape }) => broadcastStrides(shape, out.shape));
  const leading = strides.map((along) => along.slice(0, last));
  return { length: out.shape[last], steps: strides.map((along) => along[last]), starts: stridedPlaces(leading, out.shape.slice(0, last)) };
}

/**
 * Walks the elements of the broadcast shape `to` in row-major order: each `next()` gives the place to read in every operand.
 * The returned array is reused from call to call.
 */
export function broadcastPlaces(shapes: readonly Shape[], to: Shape): { next(): readonly number[] } {
  return stridedPlaces(
    shapes.map((shape) => broadcastStrides(shape, to)),
    to,
  );
}

/** The same walk for arbitrary strides over `shape`, each starting at its offset (0 unless told). */
export function stridedPlaces(
  strides: readonly (readonly number[])[],
  shape: Shape,
  offsets?: readonly number[],
): { next(): readonly number[] } {
  const rank = shape.length;
  const index = new Array<number>(rank).fill(0);
  const places = strides.map((_, k) => offsets?.[k] ?? 0);
  let started = false;
  const next = (): readonly number[] => {
    if (!started) {
      started = true;
      return places;
    }
    for (let axis = rank - 1; axis >= 0; axis--) {
      index[axis]++;
      if (index[axis] < shape[axis]) {
        for (let k = 0; k < places.length; k++) places[k] += strides[k][axis];
        return places;
      }
      index[axis] = 0;
      for (let k = 0; k < places.length; k++) places[k] -= strides[k][axis] * (shape[axis] - 1);
    }
    return places;
  };
  return { next };
}

/** Copies `from` read through `strides` (one per axis of `to`, starting at `offset`) into `to`, row by row. */
export function copyStrided(from: Tensor, strides: readonly number[], offset: number, to: Tensor): void {
  if (sizeOf(to.shape) === 0) return;
  const space = to.data.length >= leastCopied && from.dtype === to.dtype ? workspaceOf(from, to) : null;
  if (space !== null) {
    copyByKernel(space, from, strides, offset, to);
    return;
  }
  const rank = to.shape.length;
  const columns = rank === 0 ? 1 : to.shape[rank - 1];
  const step = rank === 0 ? 0 : strides[rank - 1];
  const rows = stridedPlaces([strides.slice(0, -1)], to.shape.slice(0, -1), [offset]);
  for (let at = 0; at < to.data.length; at += columns) {
    const start = rows.next()[0];
    for (let i = 0; i < columns; i++) to.data[at + i] = from.data[start + i * step];
  }
}
