import { z } from "zod";
import { boxOf, extentOf, type Window, type WindowAxis } from "../../kernels/window.ts";
import { formatShape, type Shape, sizeOf } from "../../tensor/shape.ts";
import { flag } from "../axes.ts";
import { OperatorError } from "../errors.ts";

export const positives = z.array(z.int().min(1));
const naturals = z.array(z.int().min(0));

/** Attributes that convolutions and pools share: one number per spatial axis, paddings first at all beginnings and then at all ends. */
export const windowAttributes = {
  auto_pad: z.enum(["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]).default("NOTSET"),
  dilations: positives.optional(),
  pads: naturals.optional(),
  strides: positives.optional(),
};

/** Attributes of convolutions. */
export const convolutionAttributes = { ...windowAttributes, group: z.int().min(1).default(1), kernel_shape: positives.optional() };

export const transposeAttributes = { ...convolutionAttributes, output_padding: naturals.optional(), output_shape: positives.optional() };

/** Attributes of averages over windows. */
export const averageAttributes = {
  ...windowAttributes,
  ceil_mode: flag.default(false),
  count_include_pad: flag.default(false),
  kernel_shape: positives,
};

export type AutoPad = z.output<(typeof windowAttributes)["auto_pad"]>;

interface Placing {
  readonly auto_pad: AutoPad;
  readonly dilations?: readonly number[];
  readonly pads?: readonly number[];
  readonly strides?: readonly number[];
}

/** The spatial sizes of a (batch, channels, …) tensor; throws when there are fewer than `least` of them. */
export function spatialSizes(op: string, shape: Shape, least = 1, input = 0): Shape {
  if (shape.length < 2 + least) {
    const wanted = least === 0 ? "(batch, channels)" : "(batch, channels, at least one spatial axis)";
    throw new OperatorError("shape", `${op} takes a tensor of shape ${wanted}, not ${formatShape(shape)}`, { input });
  }
  return shape.slice(2);
}

/** An attribute of one number per axis, or `fallback` for each when it is left out. */
export function perAxis(name: string, list: readonly number[] | undefined, count: number, fallback: number): readonly number[] {
  if (list === undefined) return new Array<number>(count).fill(fallback);
  if (list.length === count) return list;
  throw new OperatorError("attribute", `${name} has ${list.length} numbers, but ${count} are needed`, { attribute: name });
}

/** How windows of the given sizes slide over the spatial sizes. `ceil` also counts a last window that is only partly covered. */
export function windowOver(op: string, sizes: Shape, kernel: readonly number[], placing: Placing, ceil = false): Window {
  const rank = sizes.length;
  const strides = perAxis("strides", placing.strides, rank, 1);
  const dilations = perAxis("dilations", placing.dilations, rank, 1);
  const pads = perAxis("pads", placing.auto_pad === "NOTSET" ? placing.pads : undefined, 2 * rank, 0);
  return sizes.map((size, axis) => {
    const own = { size, kernel: kernel[axis], stride: strides[axis], dilation: dilations[axis] };
    if (placing.auto_pad === "SAME_UPPER" || placing.auto_pad === "SAME_LOWER") return sameWindow(own, placing.auto_pad);
    const [begin, end] = [pads[axis], pads[rank + axis]];
    const spare = size + begin + end - extentOf(own);
    const whole = Math.floor(spare / own.stride) + 1;
    // A window that would start in the padding behind the image is not counted.
    const partly = ceil && size > 0 && spare % own.stride !== 0 && whole * own.stride < size + begin;
    const out = partly ? whole + 1 : whole;
    if (out < 1) {
      throw new OperatorError(
        "shape",
        `a window of ${op} reaches over ${extentOf(own)} elements of spatial axis ${axis}, which has ${size + begin + end} with its padding`,
        { input: 0 },
      );
    }
    return { ...own, begin, end, out };
  });
}

/** The windows over a tensor of (batch, channels, …), each of which has something to average. */
export function averageWindow(
  op: string,
  shape: Shape,
  given: Placing & { readonly kernel_shape: readonly number[]; readonly ceil_mode: boolean; readonly count_include_pad: boolean },
): Window {
  const sizes = spatialSizes(op, shape);
  const window = windowOver(op, sizes, perAxis("kernel_shape", given.kernel_shape, sizes.length, 1), given, given.ceil_mode);
  checkReach(op, window, 1, given);
  if (!given.count_include_pad && sizeOf(shape.slice(0, 2)) > 0) checkCovered(op, window);
  return window;
}

/** Padded so that there are as many windows as strides begin within the image. */
function sameWindow(own: Omit<WindowAxis, "begin" | "end" | "out">, upper: "SAME_UPPER" | "SAME_LOWER"): WindowAxis {
  const out = Math.ceil(own.size / own.stride);
  const total = out === 0 ? 0 : Math.max(0, (out - 1) * own.stride + extentOf(own) - own.size);
  const [begin, end] = halves(total, upper);
  return { ...own, begin, end, out };
}

/** A padding split in two: when it is odd, the greater part comes at the end for SAME_UPPER. */
export function halves(total: number, placement: AutoPad): readonly [begin: number, end: number] {
  const lesser = Math.floor(total / 2);
  return placement === "SAME_UPPER" ? [lesser, total - lesser] : [total - lesser, lesser];
}

/** Padded images of more elements than this are not made: half a gigabyte of doubles. */
const mostPadded = 2 ** 26;

/** Refuses windows that reach over so large an image, its padding included, that memory would not hold it. */
export function checkReach(op: string, window: Window, channels: number, given: object): void {
  const box = boxOf(window);
  if (channels * sizeOf(box) <= mostPadded) return;
  const message = `the windows of ${op} reach over ${formatShape([channels, ...box])} elements, padding included, and at most ${mostPadded} are possible`;
  throw new OperatorError("size", message, { attribute: largestIn(given) });
}

/** The attribute with the greatest number in its list. */
function largestIn(given: object): string | undefined {
  const lists = Object.entries(given).filter((entry): entry is [string, number[]] => Array.isArray(entry[1]));
  const greatest = (list: readonly number[]): number => list.reduce((most, number) => Math.max(most, number), 0);
  return lists.sort(([, a], [, b]) => greatest(b) - greatest(a))[0]?.[0];
}

/** Refuses windows that would lie in the padding altogether: an average or maximum of nothing. */
export function checkCovered(op: string, window: Window): void {
  window.forEach(({ size, kernel, stride, dilation, begin, out }, axis) => {
    for (let o = 0; o < out; o++) {
      const start = o * stride - begin;
      // The first place of the window that is not before the image.
      const first = start + dilation * Math.max(0, Math.ceil(-start / dilation));
      if (first >= size || first > start + dilation * (kernel - 1)) {
        throw new OperatorError("attribute", `window ${o} of ${op} along spatial axis ${axis} covers nothing but padding`, {
          attribute: "pads",
        });
      }
    }
  });
}

/** The attributes of a window whose placement is spelled out, for use in gradients. */
export function explicit(window: Window): { strides: number[]; dilations: number[]; pads: number[]; kernel_shape: number[] } {
  return {
    strides: window.map(({ stride }) => stride),
    dilations: window.map(({ dilation }) => dilation),
    pads: [...window.map(({ begin }) => begin), ...window.map(({ end }) => end)],
    kernel_shape: window.map(({ kernel }) => kernel),
  };
}

/** Elements of each padded axis that no window reaches: what the transposed convolution must add to get the whole image back. */
export const unreached = (window: Window): number[] =>
  window.map((axis) => axis.size + axis.begin + axis.end - (axis.stride * (axis.out - 1) + extentOf(axis)));
