import { z } from "zod";
import { flag, layer, perAxis, unsupported } from "./arguments.ts";

const spatial = { 1: "length", 2: "height and width", 3: "depth, height and width" } as const;

type Axes = keyof typeof spatial;

const shared = (axes: Axes) => ({
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

const maximum = <const Type extends string>(type: Type, axes: Axes) =>
  layer(
    type,
    `The greatest element of each window over ${spatial[axes]}, with or without a batch dimension. The gradient goes to the first of equal elements.`,
    {
      ...shared(axes),
      dilation: perAxis(axes, 1)
        .default(1)
        .meta({ description: "Step from one element of a window to the next", examples: [2] }),
      return_indices: unsupported(false, "Only false: a layer hands on one tensor"),
    },
    { kernel_size: 2 },
  );

const countIncludePad = flag(true, "Whether padding counts when the mean is taken");

const average = <const Type extends string>(type: Type, axes: Axes) =>
  layer(
    type,
    `The mean of each window over ${spatial[axes]}, with or without a batch dimension.`,
    {
      ...shared(axes),
      count_include_pad: countIncludePad,
      divisor_override: z
        .int()
        .refine((divisor) => divisor !== 0, { error: "A divisor may not be 0" })
        .nullable()
        .default(null)
        .meta({ description: "What the sum of a window is divided by, in place of the number of its elements", examples: [4] }),
    },
    { kernel_size: 2 },
  );

const adaptive = <const Type extends string>(type: Type, axes: Axes) => {
  const sizes = z.int().min(1).nullable();
  return layer(
    type,
    `The mean over windows that divide ${spatial[axes]} as evenly as whole numbers can, so that the output has the size asked for.`,
    {
      output_size: z
        .union([sizes, z.array(sizes).length(axes)])
        .meta({ description: "Size of the output, one number or one per axis; null keeps the size of the input", examples: [1] }),
    },
    { output_size: 1 },
  );
};

export const MaxPool1d = maximum("MaxPool1d", 1);
export const MaxPool2d = maximum("MaxPool2d", 2);
export const MaxPool3d = maximum("MaxPool3d", 3);
export const AvgPool1d = layer(
  "AvgPool1d",
  "The mean of each window over length, with or without a batch dimension.",
  { ...shared(1), count_include_pad: countIncludePad },
  { kernel_size: 2 },
);
export const AvgPool2d = average("AvgPool2d", 2);
export const AvgPool3d = average("AvgPool3d", 3);
export const AdaptiveAvgPool1d = adaptive("AdaptiveAvgPool1d", 1);
export const AdaptiveAvgPool2d = adaptive("AdaptiveAvgPool2d", 2);
export const AdaptiveAvgPool3d = adaptive("AdaptiveAvgPool3d", 3);
