import type { Value } from "../../../ir/graph.ts";
import { int64s } from "../../../ops/axes.ts";
import { one } from "../../../ops/express.ts";
import { conv } from "../../../ops/network/conv.ts";
import { convTranspose } from "../../../ops/network/conv-transpose.ts";
import { Pad } from "../../../ops/shape/pad.ts";
import type { PerAxis } from "../schemas/arguments.ts";
import * as schemas from "../schemas/convolution.ts";
import { type Building, defineLayer, LayerFault, parameter, type ParameterSpec } from "../define.ts";
import { byFanIn } from "../initialisers.ts";
import { batched, product, type SpatialAxes, spatialLayout, spread } from "./spatial.ts";

type Convolution = (typeof schemas)["Conv1d" | "Conv2d" | "Conv3d"]["_zod"]["output"];
type Transposed = (typeof schemas)["ConvTranspose1d" | "ConvTranspose2d" | "ConvTranspose3d"]["_zod"]["output"];

const rulesOf = (axes: SpatialAxes) => ({
  layout: spatialLayout(axes),
  inferred: { argument: "in_channels", axis: -1 - axes } as const,
  parameters: (args: Convolution) => {
    checkGroups(args);
    const { in_channels: inputs, out_channels: outputs, groups } = args;
    return parametersOf(args, [outputs, inputs === undefined ? undefined : inputs / groups], spread(args.kernel_size, axes));
  },
  build: (x: Value, args: Convolution, building: Building) => batched(x, axes, (images) => convolve(images, args, axes, building)),
});

const transposedRulesOf = (axes: SpatialAxes) => ({
  layout: spatialLayout(axes),
  inferred: { argument: "in_channels", axis: -1 - axes } as const,
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

/** What fills the padding, in the words of the operator. */
const paddingModes = { zeros: null, reflect: "reflect", replicate: "edge", circular: "wrap" } as const;

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

export const Conv1d = defineLayer(schemas.Conv1d, rulesOf(1));
export const Conv2d = defineLayer(schemas.Conv2d, rulesOf(2));
export const Conv3d = defineLayer(schemas.Conv3d, rulesOf(3));
export const ConvTranspose1d = defineLayer(schemas.ConvTranspose1d, transposedRulesOf(1));
export const ConvTranspose2d = defineLayer(schemas.ConvTranspose2d, transposedRulesOf(2));
export const ConvTranspose3d = defineLayer(schemas.ConvTranspose3d, transposedRulesOf(3));
