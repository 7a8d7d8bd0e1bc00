import { isFloating } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { blocksAround } from "./copy.ts";
import { writeSoftmaxBlock } from "./wasm/generated/blocks.ts";
import { addressOf, scratchBytes, type Workspace, workspaceOf } from "./workspace.ts";

/** Fewer elements are done sooner than a kernel is called. */
const least = 32;
/** The kernel keeps four doubles for every element along the axis. */
const longest = scratchBytes / 32;

/** Exponentials along `axis` (normal, not negative) divided by their sum; with `logarithm`, the logarithm of that. */
export function softmaxAlong(x: Tensor, axis: number, logarithm: boolean, out: Tensor): void {
  const fits = x.data.length >= least && x.shape[axis] <= longest && isFloating(x.dtype);
  const space = fits ? workspaceOf(x, out) : null;
  if (space === null) softmaxByLoop(x, axis, logarithm, out);
  else softmaxByKernel(space, x, axis, logarithm, out);
}

function softmaxByKernel(space: Workspace, x: Tensor, axis: number, logarithm: boolean, out: Tensor): void {
  const { outer, inner } = blocksAround(x.shape, axis);
  const nanoseconds = 2 * x.data.length;
  const block = writeSoftmaxBlock(space.block, {
    x: addressOf(x),
    out: addressOf(out),
    outer,
    size: x.shape[axis],
    inner,
    isLog: Number(logarithm),
  });
  space.run(x.dtype === "float32" ? "softmax_float32" : "softmax_float64", nanoseconds, block);
}

/** The limits at infinities are taken: elements of ∞ share all among them, and where every element is -∞ there is none. */
function softmaxByLoop(x: Tensor, axis: number, logarithm: boolean, out: Tensor): void {
  const size = x.shape[axis];
  const { inner } = blocksAround(x.shape, axis);
  const terms = new Float64Array(size);
  for (let block = 0; block < x.data.length; block += size * inner) {
    for (let start = block; start < block + inner; start++) {
      let greatest = -Infinity;
      for (let k = 0; k < size; k++) greatest = Math.max(greatest, x.data[start + k * inner]);
      if (greatest === -Infinity) greatest = Number.NaN;
      // Beside the 1 of the greatest, the exponentials of small elements would lose their digits.
      let ties = 0;
      let others = 0;
      for (let k = 0; k < size; k++) {
        const element = x.data[start + k * inner];
        const below = element === greatest ? 0 : element - greatest;
        const exponential = exponentialOf(below, lostBelow(element, greatest, below));
        if (element === greatest) ties++;
        else others += exponential;
        terms[k] = logarithm ? below : exponential;
      }
      const sum = logarithm ? Math.log1p(others + (ties - 1)) : others + ties;
      for (let k = 0; k < size; k++) out.data[start + k * inner] = logarithm ? terms[k] - sum : terms[k] / sum;
    }
  }
}

/** What x - greatest lost when it was rounded to `shifted`: far from the greatest it would cost the exponential digits. */
function lostBelow(x: number, greatest: number, shifted: number): number {
  if (shifted === 0 || !(shifted > -750)) return 0;
  const taken = shifted - x;
  return x - (shifted - taken) - (greatest + taken);
}

/** exp(x + extra), where `extra` is far smaller than x. */
function exponentialOf(x: number, extra: number): number {
  const exponential = Math.exp(x);
  return exponential + exponential * extra;
}
