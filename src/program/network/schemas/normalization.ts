import { z } from "zod";
import { flag, inferredSize, layer, real, size } from "./arguments.ts";

const eps = real(1e-5, "Added to the variance, so that it is never zero", 1e-3);
const affine = flag(true, "Whether a learned weight and bias follow, one of each per channel");

const batch = <const Type extends string>(type: Type, of: string) =>
  layer(
    type,
    `Each channel of ${of} shifted and scaled to mean 0 and variance 1: by the statistics of the batch in training, else by the running ones.`,
    {
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
    { num_features: 4 },
  );

export const BatchNorm1d = batch("BatchNorm1d", "[batch, channels] or [batch, channels, length]");
export const BatchNorm2d = batch("BatchNorm2d", "[batch, channels, height, width]");
export const BatchNorm3d = batch("BatchNorm3d", "[batch, channels, depth, height, width]");

export const LayerNorm = layer(
  "LayerNorm",
  "The last dimensions of each example shifted and scaled together to mean 0 and variance 1.",
  {
    normalized_shape: z.union([z.int().min(1), z.array(z.int().min(1)).min(1)]).meta({
      description: "Sizes of the last dimensions, which are normalised together; a number stands for one dimension",
      examples: [4, [3, 4]],
    }),
    eps,
    elementwise_affine: flag(true, "Whether a learned weight and bias follow, one of each per element"),
    bias: flag(true, "Whether the learned part has a bias"),
  },
  { normalized_shape: 4 },
);

export const GroupNorm = layer(
  "GroupNorm",
  "Groups of channels of each example shifted and scaled together to mean 0 and variance 1.",
  {
    num_groups: size("Groups that the channels are divided into; it divides their number", 2),
    num_channels: inferredSize("Channels of the input", 4),
    eps,
    affine,
  },
  { num_groups: 2, num_channels: 4 },
);
