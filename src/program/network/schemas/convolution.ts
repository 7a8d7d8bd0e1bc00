import { z } from "zod";
import { flag, inferredSize, layer, perAxis, count, size } from "./arguments.ts";

const spatial = { 1: "length", 2: "height and width", 3: "depth, height and width" } as const;

type Axes = keyof typeof spatial;

export const paddingModes = ["zeros", "reflect", "replicate", "circular"] as const;

const shared = (axes: Axes) => ({
  in_channels: inferredSize("Channels of the input", 1),
  out_channels: size("Channels of the output", 4),
  kernel_size: perAxis(axes, 1).meta({ description: "Size of the kernel, one number or one per axis", examples: [3] }),
  stride: perAxis(axes, 1)
    .default(1)
    .meta({ description: "Step from one position of the kernel to the next", examples: [2] }),
  dilation: perAxis(axes, 1)
    .default(1)
    .meta({ description: "Step from one element of the kernel to the next", examples: [2] }),
  groups: count(1, "Groups of channels that are convolved apart from each other; it divides both numbers of channels", 2),
  bias: flag(true, "Whether a bias is added to each output channel"),
});

const convolution = <const Type extends string>(type: Type, axes: Axes) =>
  layer(
    type,
    `A convolution (more exactly a cross-correlation) over ${spatial[axes]}, with or without a batch dimension.`,
    {
      ...shared(axes),
      padding: z
        .union([perAxis(axes, 0), z.enum(["same", "valid"])])
        .default(0)
        .meta({
          description: "Elements added at both ends of each axis; `same` keeps the size (with a stride of 1), `valid` adds none",
          examples: [1, "same"],
        }),
      padding_mode: z
        .enum(paddingModes)
        .default("zeros")
        .meta({ description: "What the padding is filled with", examples: ["reflect"] }),
    },
    { in_channels: 1, out_channels: 4, kernel_size: 3, padding: 1 },
  );

const transposed = <const Type extends string>(type: Type, axes: Axes) =>
  layer(
    type,
    `A transposed convolution over ${spatial[axes]}, the gradient of the convolution with the same arguments, with or without a batch dimension.`,
    {
      ...shared(axes),
      padding: perAxis(axes, 0)
        .default(0)
        .meta({ description: "Elements removed at both ends of each axis of the output", examples: [1] }),
      output_padding: perAxis(axes, 0)
        .default(0)
        .meta({
          description: "Elements added at the far end of each axis of the output; less than the stride or the dilation",
          examples: [1],
        }),
      padding_mode: z
        .literal("zeros", { error: 'Only "zeros" is supported' })
        .default("zeros")
        .meta({ description: "Only `zeros`", examples: ["zeros"] }),
    },
    { in_channels: 4, out_channels: 1, kernel_size: 2, stride: 2 },
  );

export const Conv1d = convolution("Conv1d", 1);
export const Conv2d = convolution("Conv2d", 2);
export const Conv3d = convolution("Conv3d", 3);
export const ConvTranspose1d = transposed("ConvTranspose1d", 1);
export const ConvTranspose2d = transposed("ConvTranspose2d", 2);
export const ConvTranspose3d = transposed("ConvTranspose3d", 3);
