import { allFinite } from "./finite.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { convolutionWeightsByLoops, convolveByLoops, convolveTransposedByLoops } from "./conv-loops.ts";
import { convolutionOf, type Filters, type Plan, planOf, type Slide, transposedParts, weightsPlanOf } from "./conv-plan.ts";
import type { Window } from "./window.ts";
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
  const tensors = [addressOf(x), addressOf(g), addressOf(w)];
  const sizes = [batch, groups, channels, filters, block, images, Number(boxed)];
  const axes = slide.axes.flatMap(({ size, low, taps, tap, pace, outs }, axis) => [size, low, taps, tap, pace, outs, bands[axis]]);
  workspace.run(`conv_weights_${x.dtype}`, products / (x.dtype === "float32" ? 20 : 10), ...tensors, ...sizes, ...axes);
}

/** Runs the kernel, once for each slide; false when it has none for these tensors. */
function slideInWorkspace(
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  groups: number,
  y: Tensor,
  weights: Filters,
  slides: readonly Slide[],
): boolean {
  if (y.data.length === 0) return false;
  const workspace = workspaceOf(x, w, bias, y);
  if (workspace === null || (x.dtype !== "float32" && x.dtype !== "float64")) return false;
  const { dtype } = x;
  const bytes = x.data.BYTES_PER_ELEMENT;
  const [batch, filters] = [y.shape[0], y.shape[1] / groups];
  const channels = x.shape[1] / groups;
  const plans: Plan[] = [];
  for (const slide of slides) {
    const plan = planOf(slide, channels, filters, bytes);
    if (plan === null) return false;
    plans.push(plan);
  }
  const steps = [weights.filter, weights.channel, w.data.length / groups, sizeOf(y.shape.slice(2))];
  slides.forEach((slide, run) => {
    const { block, boxed, bands } = plans[run];
    const tensors = [addressOf(x), addressOf(w) + slide.weight * bytes, addressOf(bias), addressOf(y) + slide.start * bytes];
    const sizes = [batch, groups, channels, filters, block, Number(boxed)];
    const axes = slide.axes.flatMap(({ size, low, taps, tap, pace, outs, weight, step }, axis) => {
      return [size, low, taps, tap, pace, outs, bands[axis], weight, step];
    });
    const products = batch * groups * filters * channels * slide.axes.reduce((product, { taps, outs }) => product * taps * outs, 1);
    workspace.run(`conv_${dtype}`, products / (dtype === "float32" ? 20 : 10), ...tensors, ...sizes, ...steps, ...axes);
  });
  return true;
}
