import type { Tensor } from "../tensor/tensor.ts";
import { sumScale } from "./wasm/assembly/reduce-codes.ts";
import { blocksAround } from "./copy.ts";

/** A line of a tensor along one axis: `length` elements from `start` on, `step` apart. */
type OnLine = (start: number, step: number, length: number, line: number) => void;

/** Visits every line of a tensor of `shape` along `axis`, in row-major order of the other axes. */
export function forEachLine(shape: readonly number[], axis: number, visit: OnLine): void {
  const { outer, inner } = blocksAround(shape, axis);
  const length = shape[axis];
  for (let block = 0; block < outer; block++) {
    for (let within = 0; within < inner; within++) visit(block * length * inner + within, inner, length, block * inner + within);
  }
}

/** Running sums along `axis`: of the elements up to and including each, or before each; from the end when `reverse`. */
export function cumulate(x: Tensor, axis: number, exclusive: boolean, reverse: boolean, out: Tensor): void {
  forEachLine(x.shape, axis, (start, step, length) => {
    const add = (scale: number): number => {
      let sum = 0;
      for (let k = 0; k < length; k++) {
        const at = start + (reverse ? length - 1 - k : k) * step;
        if (exclusive) out.data[at] = sum / scale;
        sum += x.data[at] * scale;
        if (!exclusive) out.data[at] = sum / scale;
      }
      return sum;
    };
    // What overflows on the way may come back.
    if (!Number.isFinite(add(1))) add(sumScale);
  });
}

/** The index of the greatest (or smallest) element of every line along `axis`; the first of equal ones, or the last. NaN outranks all. */
export function indexOfExtreme(x: Tensor, axis: number, greatest: boolean, last: boolean, out: Tensor): void {
  const sign = greatest ? 1 : -1;
  forEachLine(x.shape, axis, (start, step, length, line) => {
    let best = 0;
    for (let k = 1; k < length; k++) {
      const order = sign * compare(x.data[start + k * step], x.data[start + best * step], sign);
      if (order > 0 || (last && order === 0)) best = k;
    }
    out.data[line] = best;
  });
}

/** The k greatest (or smallest) elements of every line along `axis` in order, with their indices; of equal ones the first come first. */
export function selectTop(x: Tensor, axis: number, largest: boolean, values: Tensor, indices: Tensor): void {
  const k = values.shape[axis];
  const order = new Int32Array(x.shape[axis]);
  const { inner } = blocksAround(x.shape, axis);
  const sign = largest ? 1 : -1;
  forEachLine(x.shape, axis, (start, step, length, line) => {
    for (let at = 0; at < length; at++) order[at] = at;
    order.sort((a, b) => sign * compare(x.data[start + b * step], x.data[start + a * step], sign) || a - b);
    const to = Math.floor(line / inner) * k * inner + (line % inner);
    for (let at = 0; at < k; at++) {
      values.data[to + at * inner] = x.data[start + order[at] * step];
      indices.data[to + at * inner] = order[at];
    }
  });
}

/** Every line along `axis` in rising or falling order, and where its elements stood. Equal ones keep their order; NaN is the greatest. */
export function sortLines(x: Tensor, axis: number, descending: boolean, values: Tensor, indices: Tensor): void {
  const order = new Int32Array(x.shape[axis]);
  forEachLine(x.shape, axis, (start, step, length) => {
    const at = (place: number): number => x.data[start + place * step];
    for (let place = 0; place < length; place++) order[place] = place;
    order.sort((a, b) => (descending ? compare(at(b), at(a), 1) : compare(at(a), at(b), 1)) || a - b);
    for (let place = 0; place < length; place++) {
      values.data[start + place * step] = at(order[place]);
      indices.data[start + place * step] = order[place];
    }
  });
}

/** The sign of a - b, with NaN beyond all numbers in the given direction. */
function compare(a: number, b: number, nan: number): number {
  if (a > b) return 1;
  if (a < b) return -1;
  if (a === b) return 0;
  return nan * (Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
}

/** y = a · (the y before it) + b along `axis`, from 0 on, so that the first a does not count; from the end when `reverse`. */
export function recur(a: Tensor, b: Tensor, axis: number, reverse: boolean, out: Tensor): void {
  forEachLine(a.shape, axis, (start, step, length) => {
    for (let k = 0; k < length; k++) {
      const at = start + (reverse ? length - 1 - k : k) * step;
      const before = reverse ? at + step : at - step;
      out.data[at] = k === 0 ? b.data[at] : a.data[at] * out.data[before] + b.data[at];
    }
  });
}
