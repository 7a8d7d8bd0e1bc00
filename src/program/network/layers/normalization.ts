import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { one } from "../../../ops/express.ts";
import { BatchNormalization } from "../../../ops/network/batch-normalization.ts";
import { add } from "../../../ops/arithmetic/add.ts";
import { cast } from "../../../ops/arithmetic/cast.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { reciprocal } from "../../../ops/arithmetic/reciprocal.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import { groupNormalization } from "../../../ops/network/group-normalization.ts";
import { layerNormalization } from "../../../ops/network/layer-normalization.ts";
import { standardise } from "../../../ops/network/normalization.ts";
import { filled } from "../../../ops/shape/expand.ts";
import { reshape } from "../../../ops/shape/reshape.ts";
import { formatShape, sameShape, sizeOf } from "../../../tensor/shape.ts";
import { flag, inferredSize, real, size } from "../arguments.ts";
import { type Building, defineLayer, type Layer, LayerFault, type Layout, parameter, type ParameterSpec } from "../define.ts";
import { constantly } from "../initialisers.ts";

const eps = real(1e-5, "Added to the variance, so that it is never zero", 1e-3);
const affine = flag(true, "Whether a learned weight and bias follow, one of each per channel");

/** A learned scale and shift that start out changing nothing. */
const affineOf = (shape: ParameterSpec["shape"], shift = true): ParameterSpec[] => [
  parameter("weight", shape, constantly(1)),
  ...(shift ? [parameter("bias", shape, constantly(0))] : []),
];

const batch = (type: string, layout: Layout): Layer =>
  defineLayer({
    type,
    description: `Each channel of ${layout.means} shifted and scaled to mean 0 and variance 1: by the statistics of the batch in training, else by the running ones.`,
    arguments: {
      num_features: inferredSize("Channels of the input", 4),
      eps,
      momentum: z
        .number()
        .nullable()
        .default(0.1)
        .meta({ description: "Weight of a new batch in the running statistics; null averages all batches", examples: [0.01] }),
      affine,
      track_running_stats: flag(true, "Whether there are running statistics; without them those of the batch always hold"),
    },
    example: { num_features: 4 },
    layout,
    inferred: { argument: "num_features", axis: 1 },
    parameters: ({ affine, num_features: channels, track_running_stats: tracked }): ParameterSpec[] => [
      ...(affine ? affineOf([channels]) : []),
      ...(tracked
        ? ([
            { name: "running_mean", role: "buffer", shape: [channels], initial: constantly(0) },
            { name: "running_var", role: "buffer", shape: [channels], initial: constantly(1) },
          ] as const)
        : []),
    ],
    // Without effect on values and gradients.
    unused: ({ track_running_stats: tracked }) => (tracked ? ["num_batches_tracked"] : []),
    build: (x, { affine, eps, momentum, track_running_stats: tracked }, building) => {
      const { parameter, training } = building;
      const ofBatch = training || !tracked;
      if (training && sizeOf(x.shape) === x.shape[1]) {
        const message = `its input of shape ${formatShape(x.shape)} has one number for each channel, and training needs more to tell a variance`;
        throw new LayerFault("shape_mismatch", message);
      }
      const each = (value: number): Value => filled(value, { dtype: x.dtype, shape: [x.shape[1]] });
      const scale = affine ? [parameter("weight"), parameter("bias")] : [each(1), each(0)];
      const running = tracked ? [parameter("running_mean"), parameter("running_var")] : [each(0), each(1)];
      if (training && tracked) follow(x, momentum, building);
      return one(BatchNormalization, [x, ...scale, ...running], { epsilon: eps, training_mode: ofBatch });
    },
  });

/** Moves the running statistics towards those of the batch, whose variance is the unbiased one here. */
function follow(x: Value, momentum: number | null, { parameter, step, replace }: Building): void {
  if (step === null) return;
  const channels = x.shape[1];
  const elements = sizeOf(x.shape) / channels;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const { mean, deviation } = standardise(x, axes);
  // Without a momentum all batches count alike.
  const weight = momentum === null ? reciprocal(cast(step, x.dtype)) : filled(momentum, { dtype: x.dtype, shape: [] });
  const move = (buffer: string, now: Value): void => {
    const before = parameter(buffer);
    replace(buffer, add(before, mul(sub(reshape(now, [channels]), before), weight)));
  };
  move("running_mean", mean);
  move("running_var", mul(mul(deviation, deviation), elements / (elements - 1)));
}

const sizesOf = (shape: number | readonly number[]): readonly number[] => (typeof shape === "number" ? [shape] : shape);

export const normalizations: readonly Layer[] = [
  batch("BatchNorm1d", { ranks: [2, 3], means: "[batch, channels] or [batch, channels, length]" }),
  batch("BatchNorm2d", { ranks: [4], means: "[batch, channels, height, width]" }),
  batch("BatchNorm3d", { ranks: [5], means: "[batch, channels, depth, height, width]" }),
  defineLayer({
    type: "LayerNorm",
    description: "The last dimensions of each example shifted and scaled together to mean 0 and variance 1.",
    arguments: {
      normalized_shape: z.union([z.int().min(1), z.array(z.int().min(1)).min(1)]).meta({
        description: "Sizes of the last dimensions, which are normalised together; a number stands for one dimension",
        examples: [4, [3, 4]],
      }),
      eps,
      elementwise_affine: flag(true, "Whether a learned weight and bias follow, one of each per element"),
      bias: flag(true, "Whether the learned part has a bias"),
    },
    example: { normalized_shape: 4 },
    parameters: ({ normalized_shape, elementwise_affine, bias }) => (elementwise_affine ? affineOf(sizesOf(normalized_shape), bias) : []),
    build: (x, { normalized_shape, elementwise_affine, bias, eps }, { parameter }) => {
      const shape = sizesOf(normalized_shape);
      const last = x.shape.slice(-shape.length);
      if (!sameShape(last, shape)) {
        const message = `its normalized_shape is ${formatShape(shape)}, but its input has the shape ${formatShape(x.shape)}`;
        throw new LayerFault("shape_mismatch", message, "normalized_shape");
      }
      const scale = elementwise_affine ? parameter("weight") : filled(1, { dtype: x.dtype, shape });
      const shift = elementwise_affine && bias ? parameter("bias") : null;
      return layerNormalization(x, scale, shift, { axis: -shape.length, epsilon: eps });
    },
  }),
  defineLayer({
    type: "GroupNorm",
    description: "Groups of channels of each example shifted and scaled together to mean 0 and variance 1.",
    arguments: {
      num_groups: size("Groups that the channels are divided into; it divides their number", 2),
      num_channels: inferredSize("Channels of the input", 4),
      eps,
      affine,
    },
    example: { num_groups: 2, num_channels: 4 },
    inferred: { argument: "num_channels", axis: 1 },
    parameters: ({ num_channels: channels, num_groups: groups, affine }) => {
      if (channels !== undefined && channels % groups !== 0) {
        throw new LayerFault("invalid_layer", `${groups} groups do not divide its ${channels} channels`, "num_groups");
      }
      return affine ? affineOf([channels]) : [];
    },
    build: (x, { num_groups, eps, affine }, { parameter }) => {
      const each = (value: number): Value => filled(value, { dtype: x.dtype, shape: [x.shape[1]] });
      const [scale, shift] = affine ? [parameter("weight"), parameter("bias")] : [each(1), each(0)];
      return groupNormalization(x, scale, shift, { num_groups, epsilon: eps });
    },
  }),
];
