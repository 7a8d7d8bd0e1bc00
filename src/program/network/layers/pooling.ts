import type { Value } from "../../../ir/graph.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { averagePool } from "../../../ops/network/average-pool.ts";
import { maxPool } from "../../../ops/network/max-pool.ts";
import type { PerAxis } from "../schemas/arguments.ts";
import * as schemas from "../schemas/pooling.ts";
import { type Building, defineLayer, LayerFault } from "../define.ts";
import { batched, type SpatialAxes, spatialLayout, spread } from "./spatial.ts";

type Maximum = (typeof schemas)["MaxPool1d" | "MaxPool2d" | "MaxPool3d"]["_zod"]["output"];
type Average = (typeof schemas)["AvgPool1d" | "AvgPool2d" | "AvgPool3d"]["_zod"]["output"];

interface Windows {
  readonly kernel_size: PerAxis;
  readonly stride: PerAxis | null;
  readonly padding: PerAxis;
  readonly ceil_mode: boolean;
}

function windowsOf({ kernel_size, stride, padding, ceil_mode }: Windows, axes: SpatialAxes) {
  const kernel = spread(kernel_size, axes);
  const amounts = spread(padding, axes);
  const tooMuch = amounts.findIndex((amount, axis) => 2 * amount > kernel[axis]);
  if (tooMuch >= 0) {
    const message = `its padding of ${amounts[tooMuch]} is more than half of its window of ${kernel[tooMuch]}`;
    throw new LayerFault("invalid_layer", message, "padding");
  }
  return { kernel_shape: kernel, strides: stride === null ? kernel : spread(stride, axes), pads: [...amounts, ...amounts], ceil_mode };
}

const maximumOf = (axes: SpatialAxes) => ({
  layout: spatialLayout(axes),
  build: (x: Value, args: Maximum) =>
    batched(x, axes, (images) => maxPool(images, { ...windowsOf(args, axes), dilations: spread(args.dilation, axes) })),
});

const averageOf = (axes: SpatialAxes) => ({
  layout: spatialLayout(axes),
  build: (x: Value, args: Average, building: Building) =>
    batched(x, axes, (images) => {
      const windows = windowsOf(args, axes);
      const divisor = "divisor_override" in args ? args.divisor_override : null;
      if (divisor === null) return averagePool(images, { ...windows, count_include_pad: args.count_include_pad });
      const averages = averagePool(images, { ...windows, count_include_pad: true });
      return mul(averages, elementsOverDivisor(averages, images, windows, divisor, building));
    }),
});

/** The number of elements that each window averaged over, padding included, as a share of the divisor. */
function elementsOverDivisor(
  averages: Value,
  images: Value,
  { kernel_shape: kernel, strides, pads }: ReturnType<typeof windowsOf>,
  divisor: number,
  { constant }: Building,
): Value | number {
  const sizes = images.shape.slice(2);
  const outs = averages.shape.slice(2);
  // A window that reaches beyond the padding counts what lies within.
  const spans = (axis: number, at: number): number => Math.min(kernel[axis], sizes[axis] + 2 * pads[axis] - at * strides[axis]);
  const even = outs.every((out, axis) => spans(axis, out - 1) === kernel[axis]);
  if (even) return kernel.reduce((total, size) => total * size, 1) / divisor;
  return constant(averages.dtype, outs, () => {
    let shares = [1 / divisor];
    outs.forEach((out, axis) => {
      const counts = Array.from({ length: out }, (_, at) => spans(axis, at));
      shares = shares.flatMap((share) => counts.map((count) => share * count));
    });
    return shares;
  });
}

export const MaxPool1d = defineLayer(schemas.MaxPool1d, maximumOf(1));
export const MaxPool2d = defineLayer(schemas.MaxPool2d, maximumOf(2));
export const MaxPool3d = defineLayer(schemas.MaxPool3d, maximumOf(3));
export const AvgPool1d = defineLayer(schemas.AvgPool1d, averageOf(1));
export const AvgPool2d = defineLayer(schemas.AvgPool2d, averageOf(2));
export const AvgPool3d = defineLayer(schemas.AvgPool3d, averageOf(3));
