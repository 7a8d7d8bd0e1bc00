import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { convolveByLoops, convolveTransposedByLoops } from "./conv-loops.ts";
import { convolutionOf, type Filters, planOf, type Slide, transposedParts } from "./conv-plan.ts";
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
  const slides = x.data.length * perGroup * spread >= fewProducts && isAllFinite(w) ? transposedParts(window) : null;
  if (slides === null || !slideInWorkspace(x, w, bias, groups, y, filters, slides)) {
    convolveTransposedByLoops(x, w, bias, window, groups, y);
  }
}

/** Whether a tensor of the workspace holds neither NaNs nor infinities. */
function isAllFinite(tensor: Tensor): boolean {
  const kernels = workspaceOf(tensor)?.kernels;
  return kernels !== undefined && kernels[`finite_${tensor.dtype}`](addressOf(tensor), tensor.data.length) !== 0;
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
  const [batch, filters] = [y.shape[0], y.shape[1] / groups];
  const channels = x.shape[1] / groups;
  const plans = slides.map((slide) => planOf(slide, channels, filters, x.data.BYTES_PER_ELEMENT));
  for (const plan of plans) if (plan === null) return false;
  const ySize = sizeOf(y.shape.slice(2));
  slides.forEach((slide, at) => {
    const plan = plans[at];
    if (plan === null) return;
    const products = batch * groups * filters * channels * slide.axes.reduce((product, { taps, outs }) => product * taps * outs, 1);
    const [a, b, c] = slide.axes;
    workspace.run(
      `conv_${dtype}`,
      products / (dtype === "float32" ? 20 : 10),
      addressOf(x),
      addressOf(w) + slide.weight * w.data.BYTES_PER_ELEMENT,
      addressOf(bias),
      addressOf(y) + slide.start * y.data.BYTES_PER_ELEMENT,
      ...[batch, groups, channels, filters, plan.block, Number(plan.boxed)],
      ...[weights.filter, weights.channel, w.data.length / groups, ySize],
      ...[a.size, a.low, a.taps, a.tap, a.pace, a.outs, plan.bands[0], a.weight, a.step],
      ...[b.size, b.low, b.taps, b.tap, b.pace, b.outs, plan.bands[1], b.weight, b.step],
      ...[c.size, c.low, c.taps, c.tap, c.pace, c.outs, plan.bands[2], c.weight, c.step],
    );
  });
  return true;
}
