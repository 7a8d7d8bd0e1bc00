import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { averagePoolByLoops, averagePoolGradientByLoops, maxPoolByLoops, maxPoolGradientByLoops } from "./loops/pool-loops.ts";
import { kernelsOf, outsOf, sizesOf, type Window, type WindowAxis } from "./window.ts";
import {
  type MaxPoolBlock,
  type PoolAxis,
  writeAveragePoolBlock,
  writeMaxPoolBlock,
  writeMaxPoolGradientBlock,
  writePlacesBlock,
} from "./wasm/generated/blocks.ts";
import { addressOf, workspaceOf } from "./workspace.ts";

/** Below this number of elements read the loops are done before a kernel would have begun. */
const fewReads = 256;

/**
 * The largest element of every window, and where the first such element lies in the whole of x (row-major). A NaN counts as the largest
 * of all. Every window covers at least one element.
 */
export function maxPool(x: Tensor, window: Window, y: Tensor, indices: Tensor): void {
  const workspace = workspaceOf(x, y, indices);
  const axes = threeAxes(window);
  if (workspace === null || axes === null || reads(y, window) < fewReads) maxPoolByLoops(x, window, y, indices);
  else {
    const tensors = { x: addressOf(x), y: addressOf(y), indices: addressOf(indices), planes: planesOf(x) };
    workspace.run(
      x.dtype === "float32" ? "max_pool_float32" : "max_pool_float64",
      reads(y, window),
      writeMaxPoolBlock(workspace.block, { ...tensors, ...axes }),
    );
  }
}

/**
 * The sum of the cotangents g whose windows selected each element of x. `firstOutside` says of valid indices that none lies outside the
 * plane of its window.
 */
export function maxPoolGradient(g: Tensor, indices: Tensor, x: Tensor): void {
  const workspace = workspaceOf(g, indices, x);
  if (workspace === null || g.data.length < fewReads) {
    maxPoolGradientByLoops(g, indices, x);
    return;
  }
  const planes = planesOf(x);
  const places = { indices: addressOf(indices), planes, size: x.data.length / planes, windows: g.data.length / planes };
  const block = writeMaxPoolGradientBlock(workspace.block, { x: addressOf(x), y: addressOf(g), places });
  workspace.run(
    g.dtype === "float32" ? "max_pool_gradient_float32" : "max_pool_gradient_float64",
    2 * g.data.length + 0.2 * x.data.length,
    block,
  );
}

/** Where the first index lies that is outside the plane of its own window, of `planes` planes of `size` elements; -1 for none. */
export function firstOutside(indices: Tensor, planes: number, size: number): number {
  const windows = indices.data.length / planes;
  const workspace = workspaceOf(indices);
  if (workspace !== null) {
    const block = writePlacesBlock(workspace.block, { indices: addressOf(indices), planes, size, windows });
    return workspace.kernels.first_outside_plane(block, 0, 1);
  }
  return indices.data.findIndex((index, at) => Math.floor(index / size) !== Math.floor(at / windows));
}

/** The average of every window: padding counts as zeros when `withPadding`, and is left out otherwise. */
export function averagePool(x: Tensor, window: Window, withPadding: boolean, y: Tensor): void {
  const workspace = workspaceOf(x, y);
  const axes = threeAxes(window);
  if (workspace === null || axes === null || reads(y, window) < fewReads) averagePoolByLoops(x, window, withPadding, y);
  else {
    const tensors = { x: addressOf(x), y: addressOf(y), planes: planesOf(x), padding: Number(withPadding) };
    workspace.run(
      x.dtype === "float32" ? "average_pool_float32" : "average_pool_float64",
      reads(y, window),
      writeAveragePoolBlock(workspace.block, { ...tensors, ...axes }),
    );
  }
}

/** The gradient of `averagePool`: every element of x receives its share of the cotangents g of all windows over it. */
export function averagePoolGradient(g: Tensor, window: Window, withPadding: boolean, x: Tensor): void {
  const workspace = workspaceOf(g, x);
  const axes = threeAxes(window);
  if (workspace === null || axes === null || reads(g, window) < fewReads) averagePoolGradientByLoops(g, window, withPadding, x);
  else {
    const tensors = { x: addressOf(x), y: addressOf(g), planes: planesOf(x), padding: Number(withPadding) };
    workspace.run(
      g.dtype === "float32" ? "average_pool_gradient_float32" : "average_pool_gradient_float64",
      reads(g, window),
      writeAveragePoolBlock(workspace.block, { ...tensors, ...axes }),
    );
  }
}

/** Batch times channels. */
const planesOf = ({ shape }: Tensor): number => shape[0] * shape[1];

const reads = (windows: Tensor, window: Window): number => windows.data.length * sizeOf(kernelsOf(window));

/** The windows along the kernels' three axes; null for windows that need more. */
function threeAxes(window: Window): Pick<MaxPoolBlock, "outer" | "middle" | "inner"> | null {
  if (window.length > 3) return null;
  const [outer, middle, inner] = [...[singleton, singleton].slice(window.length - 1), ...window].map(axisOf);
  return { outer, middle, inner };
}

const axisOf = ({ size, kernel, stride, dilation, begin, end, out }: WindowAxis): PoolAxis => {
  return { size, taps: kernel, stride, dilation, begin, end, outs: out };
};

const singleton: WindowAxis = { size: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0, out: 1 };

/** Column-major places of the elements whose row-major places `indices` holds, image by image of the given spatial sizes. */
export function toColumnMajor(indices: Tensor, window: Window): void {
  const sizes = sizesOf(window);
  const imageSize = sizeOf(sizes);
  for (let i = 0; i < indices.data.length; i++) {
    const within = indices.data[i] % imageSize;
    let rest = within;
    let rowStride = imageSize;
    let columnStride = 1;
    let column = 0;
    for (const size of sizes) {
      rowStride /= size;
      const index = Math.floor(rest / rowStride);
      rest -= index * rowStride;
      column += index * columnStride;
      columnStride *= size;
    }
    indices.data[i] += column - within;
  }
}

/** Number of places that all windows of an image read. */
export const windowReads = (window: Window): number => sizeOf(outsOf(window)) * sizeOf(kernelsOf(window));
