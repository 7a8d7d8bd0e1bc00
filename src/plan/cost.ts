import { bytesPerElement } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { TensorType } from "../tensor/tensor.ts";
import type { KernelStep, Slot } from "./steps.ts";

export const bytesOf = ({ dtype, shape }: TensorType): number => sizeOf(shape) * bytesPerElement[dtype];

/** Floating-point operations of one step: the operator's own estimate, or one per element read or written. */
export function operationsOf({ op, node, inputs, outputs }: KernelStep, slots: readonly Slot[]): number {
  if (op.operations !== undefined) {
    // A rule types its inputs by the specification: null only where an input is optional.
    const types = inputs.map((slot) => (slot < 0 ? null : slots[slot])) as readonly Slot[];
    return op.operations(
      types,
      outputs.map((slot) => slots[slot]),
      node.attributes,
    );
  }
  let elements = 0;
  for (const slot of inputs) if (slot >= 0) elements += sizeOf(slots[slot].shape);
  for (const slot of outputs) elements += sizeOf(slots[slot].shape);
  return elements;
}
