import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { averagePool } from "../../../ops/network/average-pool.ts";
import { maxPool } from "../../../ops/network/max-pool.ts";
import { flag, unsupported } from "../arguments.ts";
import { type Building, defineLayer, type Layer, LayerFault } from "../define.ts";
import { batched, type PerAxis, perAxis, spatial, type SpatialAxes, spatialLayout, spread } from "./spatial.ts";

const shared = (axes: SpatialAxes) => ({
  kernel_size: perAxis(axes, 1).meta({ description: "Size of the window, one number or one per axis", examples: [2] }),
  stride: perAxis(axes, 1)
    .nullable()
    .default(null)
    .meta({ description: "Step from one window to the next; the size of the window when left out", examples: [2] }),
  padding: perAxis(axes, 0)
    .default(0)
    .meta({ description: "Elements added at both ends of each axis; at most half of the window", examples: [1] }),
  ceil_mode: flag(false, "Whether a window that reaches beyond the far end counts; one that would start there never does"),
});

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

const maximum = (type: string, axes: SpatialAxes): Layer =>
  defineLayer({
    type,
    description: `The greatest element of each window over ${spatial[axes]}, with or without a batch dimension. The gradient goes to the first of equal elements.`,
    arguments: {
      ...shared(axes),
      dilation: perAxis(axes, 1)
        .default(1)
        .meta({ description: "Step from one element of a window to the next", examples: [2] }),
      return_indices: unsupported(false, "Only false: a layer hands on one tensor"),
    },
    example: { kernel_size: 2 },
    layout: spatialLayout(axes),
    build: (x, args) => batched(x, axes, (images) => maxPool(images, { ...windowsOf(args, axes), dilations: spread(args.dilation, axes) })),
  });

const averageArguments = (axes: SpatialAxes) => ({
  ...shared(axes),
  count_include_pad: flag(true, "Whether padding counts when the mean is taken"),
});

const averageOf = (type: string, axes: SpatialAxes) => ({
  type,
  description: `The mean of each window over ${spatial[axes]}, with or without a batch dimension.`,
  example: { kernel_size: 2 },
  layout: spatialLayout(axes),
});

const average = (type: string, axes: 2 | 3): Layer =>
  defineLayer({
    ...averageOf(type, axes),
    arguments: {
      ...averageArguments(axes),
      divisor_override: z
        .int()
        .refine((divisor) => divisor !== 0, { error: "A divisor may not be 0" })
        .nullable()
        .default(null)
        .meta({ description: "What the sum of a window is divided by, in place of the number of its elements", examples: [4] }),
    },
    build: (x, args, building) =>
      batched(x, axes, (images) => {
        const windows = windowsOf(args, axes);
        const { divisor_override: divisor, count_include_pad } = args;
        if (divisor === null) return averagePool(images, { ...windows, count_include_pad });
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

export const poolings: readonly Layer[] = [
  maximum("MaxPool1d", 1),
  maximum("MaxPool2d", 2),
  maximum("MaxPool3d", 3),
  // torch.nn has no divisor here.
  defineLayer({
    ...averageOf("AvgPool1d", 1),
    arguments: averageArguments(1),
    build: (x, args) =>
      batched(x, 1, (images) => averagePool(images, { ...windowsOf(args, 1), count_include_pad: args.count_include_pad })),
  }),
  average("AvgPool2d", 2),
  average("AvgPool3d", 3),
];
