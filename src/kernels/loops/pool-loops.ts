import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { elementsOfBox, offsetsOf, outsOf, sizesOf, startsOf, type Window } from "../window.ts";

/**
 * The largest element of every window, and where the first such element lies in the whole of x (row-major). A NaN counts as the largest
 * of all. Every window covers at least one element.
 */
export function maxPoolByLoops(x: Tensor, window: Window, y: Tensor, indices: Tensor): void {
  const elements = elementsOfBox(window);
  const starts = startsOf(window);
  const offsets = offsetsOf(window);
  const imageSize = sizeOf(sizesOf(window));
  for (let i = 0; i < y.data.length; i++) {
    const start = starts[i % starts.length];
    const image = Math.floor(i / starts.length) * imageSize;
    let largest = Number.NaN;
    let selected = -1;
    for (let q = 0; q < offsets.length; q++) {
      const element = elements[start + offsets[q]];
      if (element < 0) continue;
      const value = x.data[image + element];
      if (selected < 0 || value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) {
        largest = value;
        selected = image + element;
      }
    }
    y.data[i] = largest;
    indices.data[i] = selected;
  }
}

/** x = the sum of the cotangents g whose windows selected each element: `indices` are places within the plane of their own window. */
export function maxPoolGradientByLoops(g: Tensor, indices: Tensor, x: Tensor): void {
  const sums = new Float64Array(x.data.length);
  for (let i = 0; i < g.data.length; i++) sums[indices.data[i]] += g.data[i];
  x.data.set(sums);
}

/** The sum over every window divided by its count (see `windowCounts`). */
export function averagePoolByLoops(x: Tensor, window: Window, withPadding: boolean, y: Tensor): void {
  const elements = elementsOfBox(window);
  const starts = startsOf(window);
  const offsets = offsetsOf(window);
  const counts = windowCounts(window, withPadding);
  const imageSize = sizeOf(sizesOf(window));
  for (let i = 0; i < y.data.length; i++) {
    const at = i % starts.length;
    const start = starts[at];
    const image = Math.floor(i / starts.length) * imageSize;
    let sum = 0;
    for (let q = 0; q < offsets.length; q++) {
      const element = elements[start + offsets[q]];
      if (element >= 0) sum += x.data[image + element];
    }
    y.data[i] = sum / counts[at];
  }
}

/** x = the sum of the shares of every window's cotangent g that its elements receive: g divided by the window's count. */
export function averagePoolGradientByLoops(g: Tensor, window: Window, withPadding: boolean, x: Tensor): void {
  const elements = elementsOfBox(window);
  const starts = startsOf(window);
  const offsets = offsetsOf(window);
  const counts = windowCounts(window, withPadding);
  const imageSize = sizeOf(sizesOf(window));
  const sums = new Float64Array(x.data.length);
  for (let i = 0; i < g.data.length; i++) {
    const at = i % starts.length;
    const share = g.data[i] / counts[at];
    const start = starts[at];
    const image = Math.floor(i / starts.length) * imageSize;
    for (let q = 0; q < offsets.length; q++) {
      const element = elements[start + offsets[q]];
      if (element >= 0) sums[image + element] += share;
    }
  }
  x.data.set(sums);
}

/** Number of places of every window that lie within the image, or (`withPadding`) within the image and its padding. */
function windowCounts(window: Window, withPadding: boolean): Float64Array {
  const counts = new Float64Array(sizeOf(outsOf(window))).fill(1);
  let inner = counts.length;
  for (const { size, kernel, stride, dilation, begin, end, out } of window) {
    inner /= Math.max(1, out);
    const low = withPadding ? -begin : 0;
    const high = withPadding ? size + end : size;
    for (let i = 0; i < counts.length; i++) {
      const start = (Math.floor(i / inner) % out) * stride - begin;
      const first = Math.max(0, Math.ceil((low - start) / dilation));
      const last = Math.min(kernel - 1, Math.ceil((high - start) / dilation) - 1);
      counts[i] *= Math.max(0, last - first + 1);
    }
  }
  return counts;
}
