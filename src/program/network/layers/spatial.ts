import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { squeeze } from "../../../ops/shape/squeeze.ts";
import { unsqueeze } from "../../../ops/shape/unsqueeze.ts";
import type { Layout } from "../define.ts";

export type SpatialAxes = 1 | 2 | 3;

/** One number for every spatial axis, or a list with one for each. */
export const perAxis = (axes: number, least: number) => z.union([z.int().min(least), z.array(z.int().min(least)).length(axes)]);
export type PerAxis = number | readonly number[];

/** The axes in a sentence. */
export const spatial = { 1: "length", 2: "height and width", 3: "depth, height and width" } as const;

const names = { 1: "length", 2: "height, width", 3: "depth, height, width" } as const;

/** Images with or without a batch dimension. */
export const spatialLayout = (axes: SpatialAxes): Layout => ({
  ranks: [axes + 2, axes + 1],
  means: `[batch, channels, ${names[axes]}] or [channels, ${names[axes]}]`,
});

/** An argument as one number per axis. */
export const spread = (value: PerAxis, axes: SpatialAxes): number[] =>
  typeof value === "number" ? new Array<number>(axes).fill(value) : [...value];

export const product = (numbers: readonly number[]): number => numbers.reduce((total, number) => total * number, 1);

/** Applies what needs a batch dimension to images that may have none. */
export function batched(x: Value, axes: SpatialAxes, apply: (images: Value) => Value): Value {
  return x.shape.length === axes + 2 ? apply(x) : squeeze(apply(unsqueeze(x, [0])), [0]);
}
