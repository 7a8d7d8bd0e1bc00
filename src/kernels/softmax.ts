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

function softmaxByLoop(x: Tensor, axis: number, logarithm: boolean, out: Tensor): void {
  const size = x.shape[axis];
  const { inner } = blocksAround(x.shape, axis);
  const exponentials = new Float64Array(size);
  for (let block = 0; block < x.data.length; block += size * inner) {
    for (let start = block; start < block + inner; start++) {
      let greatest = -Infinity;
      for (let k = 0; k < size; k++) greatest = Math.max(greatest, x.data[start + k * inner]);
      let sum = 0;
      for (let k = 0; k < size; k++) sum += exponentials[k] = Math.exp(x.data[start + k * inner] - greatest);
      if (logarithm) {
        const shift = Math.log(sum);
        for (let k = 0; k < size; k++) out.data[start + k * inner] = x.data[start + k * inner] - greatest - shift;
      } else {
        for (let k = 0; k < size; k++) out.data[start + k * inner] = exponentials[k] / sum;
      }
    }
  }
}
