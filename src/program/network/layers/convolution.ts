import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { int64s } from "../../../ops/axes.ts";
import { one } from "../../../ops/express.ts";
import { conv } from "../../../ops/network/conv.ts";
import { convTranspose } from "../../../ops/network/conv-transpose.ts";
import { Pad } from "../../../ops/shape/pad.ts";
import { count, flag, inferredSize, size } from "../arguments.ts";
import { type Arguments, type Building, defineLayer, type Layer, LayerFault, parameter, type ParameterSpec } from "../define.ts";
import { byFanIn } from "../initialisers.ts";
import { batched, type PerAxis, perAxis, product, spatial, type SpatialAxes, spatialLayout, spread } from "./spatial.ts";

const shared = (axes: SpatialAxes) => ({
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

/** What fills the padding, in the words of the operator. */
const paddingModes = { zeros: null, reflect: "reflect", replicate: "edge", circular: "wrap" } as const;

const argumentsOf = (axes: SpatialAxes) => ({
  ...shared(axes),
  padding: z
    .union([perAxis(axes, 0), z.enum(["same", "valid"])])
    .default(0)
    .meta({
      description: "Elements added at both ends of each axis; `same` keeps the size (with a stride of 1), `valid` adds none",
      examples: [1, "same"],
    }),
  padding_mode: z
    .enum(["zeros", "reflect", "replicate", "circular"])
    .default("zeros")
    .meta({ description: "What the padding is filled with", examples: ["reflect"] }),
});
type Convolution = Arguments<ReturnType<typeof argumentsOf>>;

const transposedArgumentsOf = (axes: SpatialAxes) => ({
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
});
type Transposed = Arguments<ReturnType<typeof transposedArgumentsOf>>;

const convolution = (type: string, axes: SpatialAxes): Layer =>
  defineLayer({
    type,
    description: `A convolution (more exactly a cross-correlation) over ${spatial[axes]}, with or without a batch dimension.`,
    arguments: argumentsOf(axes),
    example: { in_channels: 1, out_channels: 4, kernel_size: 3, padding: 1 },
    layout: spatialLayout(axes),
    inferred: { argument: "in_channels", axis: -1 - axes },
    parameters: (args: Convolution) => {
      checkGroups(args);
      const { in_channels: inputs, out_channels: outputs, groups } = args;
      return parametersOf(args, [outputs, inputs === undefined ? undefined : inputs / groups], spread(args.kernel_size, axes));
    },
    build: (x: Value, args: Convolution, building: Building) => batched(x, axes, (images) => convolve(images, args, axes, building)),
  });

const transposed = (type: string, axes: SpatialAxes): Layer =>
  defineLayer({
    type,
    description: `A transposed convolution over ${spatial[axes]}, the gradient of the convolution with the same arguments, with or without a batch dimension.`,
    arguments: transposedArgumentsOf(axes),
    example: { in_channels: 4, out_channels: 1, kernel_size: 2, stride: 2 },
    layout: spatialLayout(axes),
    inferred: { argument: "in_channels", axis: -1 - axes },
    parameters: (args: Transposed) => {
      checkGroups(args);
      return parametersOf(args, [args.in_channels, args.out_channels / args.groups], spread(args.kernel_size, axes));
    },
    build: (x: Value, args: Transposed, { parameter }: Building) =>
      batched(x, axes, (images) => {
        const padding = spread(args.padding, axes);
        return convTranspose(images, parameter("weight"), args.bias ? parameter("bias") : null, {
          ...stepsOf(args, axes),
          pads: [...padding, ...padding],
          output_padding: spread(args.output_padding, axes),
        });
      }),
  });

function checkGroups({ in_channels, out_channels, groups }: Convolution | Transposed): void {
  for (const [name, channels] of Object.entries({ in_channels, out_channels })) {
    if (channels === undefined || channels % groups === 0) continue;
    throw new LayerFault("invalid_layer", `${groups} groups do not divide its ${name}, ${channels}`, "groups");
  }
}

/** torch.nn takes what a unit sees from the second size of the weight, for transposed convolutions too. */
function parametersOf(
  args: Convolution | Transposed,
  channels: readonly [number | undefined, number | undefined],
  kernel: readonly number[],
): ParameterSpec[] {
  const initial = byFanIn((channels[1] ?? 0) * product(kernel));
  const weight = parameter("weight", [...channels, ...kernel], initial);
  return args.bias ? [weight, parameter("bias", [args.out_channels], initial)] : [weight];
}

const stepsOf = (args: { stride: PerAxis; dilation: PerAxis; groups: number }, axes: SpatialAxes) => ({
  strides: spread(args.stride, axes),
  dilations: spread(args.dilation, axes),
  group: args.groups,
});

function convolve(images: Value, args: Convolution, axes: SpatialAxes, { parameter }: Building): Value {
  const weight = parameter("weight");
  const bias = args.bias ? parameter("bias") : null;
  const pads = padsOf(args, axes);
  const mode = paddingModes[args.padding_mode];
  if (mode === null) return conv(images, weight, bias, { ...stepsOf(args, axes), pads });
  const around = [0, 0, ...pads.slice(0, axes), 0, 0, ...pads.slice(axes)];
  return conv(one(Pad, [images, int64s(around)], { mode }), weight, bias, stepsOf(args, axes));
}

/** The amounts before every axis, then those after. */
function padsOf({ padding, kernel_size, stride, dilation }: Convolution, axes: SpatialAxes): number[] {
  if (padding === "valid") return new Array<number>(2 * axes).fill(0);
  if (padding !== "same") {
    const amounts = spread(padding, axes);
    return [...amounts, ...amounts];
  }
  if (spread(stride, axes).some((step) => step !== 1)) {
    throw new LayerFault("invalid_layer", 'padding "same" needs a stride of 1', "padding");
  }
  const dilations = spread(dilation, axes);
  const totals = spread(kernel_size, axes).map((size, axis) => dilations[axis] * (size - 1));
  // When a total is odd, the greater part comes at the end.
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, axis) => total - before[axis])];
}

export const convolutions: readonly Layer[] = [
  convolution("Conv1d", 1),
  convolution("Conv2d", 2),
  convolution("Conv3d", 3),
  transposed("ConvTranspose1d", 1),
  transposed("ConvTranspose2d", 2),
  transposed("ConvTranspose3d", 3),
];
