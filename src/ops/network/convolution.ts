import type { Value } from "../../ir/graph.ts";
import { formatShape, sameShape, sizeOf, type Shape } from "../../tensor/shape.ts";
import { OperatorError } from "../errors.ts";
import { reduceSum } from "../reduction/reduce-sum.ts";
import { slice } from "../shape/slice.ts";
import { perAxis } from "./window.ts";

// What Conv and ConvTranspose have in common.

/** Checks ranks, groups and bias. `into` and `out` say how many channels the weights take and give. */
export function checkConvolution(
  op: string,
  [x, w, bias]: readonly [{ shape: Shape }, { shape: Shape }, { shape: Shape } | null],
  group: number,
  { into, out }: { into: number; out: number },
): void {
  if (w.shape.length !== x.shape.length) {
    throw new OperatorError(
      "shape",
      `the weights of ${op} have shape ${formatShape(w.shape)}; for an input of shape ${formatShape(x.shape)} they need ${x.shape.length} axes`,
      { input: 1 },
    );
  }
  if (into !== x.shape[1]) {
    throw new OperatorError(
      "shape",
      `weights of shape ${formatShape(w.shape)} in ${group} groups take ${into} channels, but the input of shape ${formatShape(x.shape)} has ${x.shape[1]}`,
      { input: 1 },
    );
  }
  if (w.shape[0] % group !== 0) {
    throw new OperatorError("attribute", `group is ${group}, which does not divide ${w.shape[0]}, the first size of the weights`, {
      attribute: "group",
    });
  }
  if (bias !== null && !sameShape(bias.shape, [out])) {
    throw new OperatorError("shape", `the bias of ${op} has shape ${formatShape(bias.shape)} instead of ${formatShape([out])}`, {
      input: 2,
    });
  }
}

/** The sizes of the kernel as the weights have them, which the attribute may only confirm. */
export function kernelSizes(op: string, w: Shape, kernelShape: readonly number[] | undefined): Shape {
  const sizes = w.slice(2);
  if (kernelShape !== undefined && !sameShape(perAxis("kernel_shape", kernelShape, sizes.length, 1), sizes)) {
    throw new OperatorError("attribute", `kernel_shape is ${formatShape(kernelShape)}, but the weights have shape ${formatShape(w)}`, {
      attribute: "kernel_shape",
    });
  }
  if (sizes.includes(0)) throw new OperatorError("shape", `the kernel of ${op} is empty: ${formatShape(w)}`, { input: 1 });
  return sizes;
}

/** The first elements of each spatial axis; `x` itself when it has no more. */
export function spatialStart(x: Value, sizes: Shape): Value {
  if (sameShape(x.shape.slice(2), sizes)) return x;
  return slice(x, { starts: sizes.map(() => 0), ends: sizes, axes: sizes.map((_, axis) => axis + 2) });
}

export const biasGradient = (g: Value): Value =>
  reduceSum(g, { axes: g.shape.map((_, axis) => axis).filter((axis) => axis !== 1), keepdims: false });

/** Multiplications and additions: every element of the side with the windows meets one filter. */
export const convolutionOperations = (windows: Shape, w: Shape): number => 2 * windows[0] * sizeOf(windows.slice(2)) * sizeOf(w);
