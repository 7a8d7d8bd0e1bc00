import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { div } from "../../../ops/arithmetic/div.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { averagePool } from "../../../ops/network/average-pool.ts";
import { reduceSum } from "../../../ops/reduction/reduce-sum.ts";
import { gather } from "../../../ops/shape/gather.ts";
import { type Building, defineLayer, type Layer, LayerFault } from "../define.ts";
import { batched, spatial, type SpatialAxes, spatialLayout } from "./spatial.ts";

const extent = z.int().min(1).nullable();

const adaptive = (type: string, axes: SpatialAxes): Layer =>
  defineLayer({
    type,
    description: `The mean over windows that divide ${spatial[axes]} as evenly as whole numbers can, so that the output has the size asked for.`,
    arguments: {
      output_size: z
        .union([extent, z.array(extent).length(axes)])
        .meta({ description: "Size of the output, one number or one per axis; null keeps the size of the input", examples: [1] }),
    },
    example: { output_size: 1 },
    layout: spatialLayout(axes),
    build: (x, { output_size: wanted }, building) =>
      batched(x, axes, (images) => {
        const sizes = images.shape.slice(2);
        if (sizes.includes(0)) throw new LayerFault("shape_mismatch", "there is nothing to average over: a spatial dimension is empty");
        const outs = sizes.map((size, axis) => (typeof wanted === "object" ? wanted?.[axis] : wanted) ?? size);
        const evenly = sizes.map((size, axis) => (size % outs[axis] === 0 ? size / outs[axis] : 1));
        const pooled = evenly.every((size) => size === 1) ? images : averagePool(images, { kernel_shape: evenly, strides: evenly });
        return outs.reduce((done, out, axis) => (sizes[axis] % out === 0 ? done : averageUnevenly(done, axis + 2, out, building)), pooled);
      }),
  });

/** Means over `out` windows from ⌊i n / out⌋ to ⌈(i + 1) n / out⌉, which overlap or differ in length: each is gathered, then reduced. */
function averageUnevenly(x: Value, axis: number, out: number, { constant }: Building): Value {
  const size = x.shape[axis];
  const start = (at: number): number => Math.floor((at * size) / out);
  const length = (at: number): number => Math.ceil(((at + 1) * size) / out) - start(at);
  // Lengths differ by at most two, and this bounds them.
  const longest = Math.ceil(size / out) + 1;
  const places = constant("int64", [out, longest], () =>
    Array.from({ length: out * longest }, (_, at) => {
      const window = Math.floor(at / longest);
      return start(window) + Math.min(at % longest, length(window) - 1);
    }),
  );
  const behind = new Array<number>(x.shape.length - axis - 1).fill(1);
  const within = constant("bool", [out, longest, ...behind], () =>
    Array.from({ length: out * longest }, (_, at) => Number(at % longest < length(Math.floor(at / longest)))),
  );
  const lengths = constant(x.dtype, [out, ...behind], () => Array.from({ length: out }, (_, at) => length(at)));
  const windows = gather(x, places, axis);
  return div(reduceSum(where(within, windows, 0), { axes: [axis + 1], keepdims: false }), lengths);
}

export const adaptivePoolings: readonly Layer[] = [
  adaptive("AdaptiveAvgPool1d", 1),
  adaptive("AdaptiveAvgPool2d", 2),
  adaptive("AdaptiveAvgPool3d", 3),
];
