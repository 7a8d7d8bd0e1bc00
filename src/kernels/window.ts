import { sizeOf, stridesOf, type Shape } from "../tensor/shape.ts";
import { stridedPlaces } from "./elementwise.ts";

/** How windows slide along one axis: window `o` reads the elements `o * stride + j * dilation - begin` for each `j` below `kernel`. */
export interface WindowAxis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first element and after the last one. */
  readonly begin: number;
  readonly end: number;
  /** Number of windows. */
  readonly out: number;
}

/** One entry per spatial axis. */
export type Window = readonly WindowAxis[];

/** Number of elements from the first that a window reads to the last, those that dilation skips included. */
export const extentOf = ({ kernel, dilation }: { kernel: number; dilation: number }): number => dilation * (kernel - 1) + 1;

export const sizesOf = (window: Window): number[] => window.map(({ size }) => size);
export const outsOf = (window: Window): number[] => window.map(({ out }) => out);
export const kernelsOf = (window: Window): number[] => window.map(({ kernel }) => kernel);

/** Sizes of the box that all windows together cover: its place 0 lies `begin` before the first element. */
export const boxOf = (window: Window): number[] =>
  window.map((axis) => (axis.out === 0 ? 0 : axis.stride * (axis.out - 1) + extentOf(axis)));

/** Places in the box where each window starts, in order. */
export function startsOf(window: Window): Int32Array {
  const strides = stridesOf(boxOf(window));
  return placesAlong(
    outsOf(window),
    window.map(({ stride }, axis) => stride * strides[axis]),
  );
}

/** Places that a window reads relative to its start, for each of `channels` boxes that lie one after another. */
export function offsetsOf(window: Window, channels = 1): Int32Array {
  const box = boxOf(window);
  const strides = stridesOf(box);
  return placesAlong([channels, ...kernelsOf(window)], [sizeOf(box), ...window.map(({ dilation }, axis) => dilation * strides[axis])]);
}

/** For each place of the box the element of the image that lies there; -1 for padding. */
export function elementsOfBox(window: Window): Int32Array {
  const elements = new Int32Array(sizeOf(boxOf(window))).fill(-1);
  forEachRow(window, 1, (place, element, length) => {
    for (let i = 0; i < length; i++) elements[place + i] = element + i;
  });
  return elements;
}

/**
 * The rows of adjacent elements that the image and the box have in common: `visit` gets where a row starts in the box and in the image,
 * and its length. Boxes and images of `channels` channels lie one after another.
 */
export function forEachRow(window: Window, channels: number, visit: (place: number, element: number, length: number) => void): void {
  const box = boxOf(window);
  const boxStrides = [sizeOf(box), ...stridesOf(box)];
  const sizes = sizesOf(window);
  const strides = [sizeOf(sizes), ...stridesOf(sizes)];
  const lows = [0, ...window.map(({ begin }) => Math.max(0, -begin))];
  const common = [channels, ...window.map(({ size, begin }, axis) => Math.max(0, Math.min(size, box[axis] - begin) - lows[axis + 1]))];
  if (sizeOf(common) === 0) return;
  const length = common.length > 1 ? (common.pop() ?? 1) : 1;
  const start = lows.reduce((sum, low, axis) => sum + low * strides[axis], 0);
  const place = lows.reduce((sum, low, axis) => sum + (axis === 0 ? 0 : low + window[axis - 1].begin) * boxStrides[axis], 0);
  const rows = stridedPlaces([boxStrides.slice(0, common.length), strides.slice(0, common.length)], common, [place, start]);
  for (let row = sizeOf(common); row > 0; row--) {
    const [to, from] = rows.next();
    visit(to, from, length);
  }
}

function placesAlong(shape: Shape, strides: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(shape));
  const walk = stridedPlaces([strides], shape);
  for (let k = 0; k < places.length; k++) places[k] = walk.next()[0];
  return places;
}
