import { allFinite } from "./finite.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { convolutionWeightsByLoops, convolveByLoops, convolveTransposedByLoops } from "./loops/conv-loops.ts";
import {
  boxLength,
  convolutionOf,
  type Filters,
  type ConvolutionPlan,
  planOf,
  type Slide,
  transposedParts,
  weightsPlanOf,
} from "./wasm/conv-plan.ts";
import type { Window } from "./window.ts";
import { type AxisSteps, type BoxAxis, type ConvBlock, writeConvBlock, writeConvWeightsBlock } from "./wasm/generated/blocks.ts";
import { addressOf, workspaceOf } from "./workspace.ts";

/** Below this number of products the loops are done before a kernel has its tables. */
const fewProducts = 1024;

/**
 * Cross-correlation: y[n, m, o] = bias[m] + Σ x[n, c, window o at j] · w[m, c, j] over the channels c of m's group and the kernel's places j.
 * x is (batch, channels, …), w (filters, channels / groups, …kernel), y (batch, filters, …). Sums are kept in doubles in ordinary memory, in
 * the element type in the workspace, as `multiply` keeps its own.
 */
export function convolve(x: Tensor, w: Tensor, bias: Tensor | null, window: Window, groups: number, y: Tensor): void {
  const [, channels, ...kernel] = w.shape;
  const spread = sizeOf(kernel);
  const filters = { filter: channels * spread, channel: spread };
  const slide = y.data.length * channels * spread < fewProducts ? null : convolutionOf(window);
  if (slide === null || !slideInWorkspace(x, w, bias, groups, y, filters, [slide])) convolveByLoops(x, w, bias, window, groups, y);
}

/**
 * The transpose of `convolve` by its image: every x[n, c, o] spreads over window o of the result with the weights w[c, m, j]. `window`
 * describes the convolution that is transposed: its image is y, its windows are x's elements. x is (batch, channels, …out), w (channels,
 * filters / groups, …kernel), y (batch, filters, …).
 */
export function convolveTransposed(x: Tensor, w: Tensor, bias: Tensor | null, window: Window, groups: number, y: Tensor): void {
  const [, perGroup, ...kernel] = w.shape;
  const spread = sizeOf(kernel);
  const filters = { filter: spread, channel: perGroup * spread };
  // The kernel multiplies weights by zeros beyond x, which would make NaNs of infinite ones.
  const slides = x.data.length * perGroup * spread >= fewProducts && allFinite(w) ? transposedParts(window) : null;
  if (slides === null || !slideInWorkspace(x, w, bias, groups, y, filters, slides)) {
    convolveTransposedByLoops(x, w, bias, window, groups, y);
  }
}

/**
 * The gradient of a convolution by its weights: w[m, c, j] = Σ x[n, c, window o at j] · g[n, m, o] over images n and windows o. x is (batch,
 * channels, …), g (batch, filters, …) with an element for every window, w (filters, channels / groups, …kernel).
 */
export function convolutionWeights(x: Tensor, g: Tensor, window: Window, groups: number, w: Tensor): void {
  const workspace = workspaceOf(x, g, w);
  const [batch, filters] = [g.shape[0], g.shape[1] / groups];
  const channels = x.shape[1] / groups;
  const products = (g.data.length * w.data.length) / Math.max(1, groups * filters);
  const slide = workspace === null || products < fewProducts ? null : convolutionOf(window);
  const plan = slide === null ? null : weightsPlanOf(slide, batch, channels, x.data.BYTES_PER_ELEMENT);
  if (workspace === null || slide === null || plan === null) {
    convolutionWeightsByLoops(x, g, window, groups, w);
    return;
  }
  const { block, images, boxed, bands } = plan;
  const tensors = { x: addressOf(x), g: addressOf(g), w: addressOf(w) };
  const sizes = { batch, groups, channels, filters, block, images, boxed: Number(boxed) };
  const address = writeConvWeightsBlock(workspace.block, { ...tensors, ...sizes, ...boxAxes(slide, boxed, bands) });
  workspace.run(
    x.dtype === "float32" ? "conv_weights_float32" : "conv_weights_float64",
    products / (x.dtype === "float32" ? 20 : 10),
    address,
  );
}

/** Runs the kernel, once for each slide; false when it has none for these tensors. */
function slideInWorkspace(
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  groups: number,
  y: Tensor,
  { filter, channel }: Filters,
  slides: readonly Slide[],
): boolean {
  if (y.data.length === 0) return false;
  const workspace = workspaceOf(x, w, bias, y);
  if (workspace === null || (x.dtype !== "float32" && x.dtype !== "float64")) return false;
  const { dtype } = x;
  const bytes = x.data.BYTES_PER_ELEMENT;
  const [batch, filters] = [y.shape[0], y.shape[1] / groups];
  const channels = x.shape[1] / groups;
  const plans: ConvolutionPlan[] = [];
  for (const slide of slides) {
    const plan = planOf(slide, channels, filters, bytes);
    if (plan === null) return false;
    plans.push(plan);
  }
  const steps = { wFilter: filter, wChannel: channel, wGroup: w.data.length / groups, yFilter: sizeOf(y.shape.slice(2)) };
  slides.forEach((slide, run) => {
    const { block, boxed, bands } = plans[run];
    const address = writeConvBlock(workspace.block, {
      x: addressOf(x),
      w: addressOf(w) + slide.weight * bytes,
      bias: addressOf(bias),
      y: addressOf(y) + slide.start * bytes,
      batch,
      groups,
      channels,
      filters,
      block,
      boxed: Number(boxed),
      ...steps,
      ...boxAxes(slide, boxed, bands),
      wTaps: stepsOf(slide, "weight"),
      ySteps: stepsOf(slide, "step"),
    });
    const products = batch * groups * filters * channels * slide.axes.reduce((product, { taps, outs }) => product * taps * outs, 1);
    workspace.run(dtype === "float32" ? "conv_float32" : "conv_float64", products / (dtype === "float32" ? 20 : 10), address);
  });
  return true;
}

function boxAxes({ axes }: Slide, boxed: boolean, bands: ConvolutionPlan["bands"]): Pick<ConvBlock, "outer" | "middle" | "inner"> {
  const [outer, middle, inner] = axes.map((axis, at): BoxAxis => {
    const { size, low, taps, tap, pace, outs } = axis;
    return { size, low, taps, tap, pace, outs, band: bands[at], box: boxed ? boxLength(axis, bands[at]) : size };
  });
  return { outer, middle, inner };
}

const stepsOf = ({ axes: [outer, middle, inner] }: Slide, of: "weight" | "step"): AxisSteps => {
  return { outer: outer[of], middle: middle[of], inner: inner[of] };
};
