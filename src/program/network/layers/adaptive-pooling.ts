import type { Value } from "../../../ir/graph.ts";
import { div } from "../../../ops/arithmetic/div.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { averagePool } from "../../../ops/network/average-pool.ts";
import { reduceSum } from "../../../ops/reduction/reduce-sum.ts";
import { gather } from "../../../ops/shape/gather.ts";
import * as schemas from "../schemas/pooling.ts";
import { type Building, defineLayer, LayerFault } from "../define.ts";
import { batched, type SpatialAxes, spatialLayout } from "./spatial.ts";

type Adaptive = (typeof schemas)["AdaptiveAvgPool1d" | "AdaptiveAvgPool2d" | "AdaptiveAvgPool3d"]["_zod"]["output"];

const adaptiveOf = (axes: SpatialAxes) => ({
  layout: spatialLayout(axes),
  build: (x: Value, { output_size: wanted }: Adaptive, building: Building) =>
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

export const AdaptiveAvgPool1d = defineLayer(schemas.AdaptiveAvgPool1d, adaptiveOf(1));
export const AdaptiveAvgPool2d = defineLayer(schemas.AdaptiveAvgPool2d, adaptiveOf(2));
export const AdaptiveAvgPool3d = defineLayer(schemas.AdaptiveAvgPool3d, adaptiveOf(3));
