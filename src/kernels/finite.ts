import type { Tensor } from "../tensor/tensor.ts";
import { writeFiniteBlock } from "./wasm/generated/blocks.ts";
import { addressOf, workspaceOf } from "./workspace.ts";

/** Shorter tensors are looked through before the kernel would have begun. */
const few = 32;

/** Whether a tensor holds neither NaN nor infinity. */
export function allFinite(tensor: Tensor): boolean {
  const { data, dtype } = tensor;
  if (dtype !== "float64" && dtype !== "float32") return true;
  const workspace = data.length < few ? null : workspaceOf(tensor);
  if (workspace !== null) {
    const block = writeFiniteBlock(workspace.block, { x: addressOf(tensor), count: data.length });
    const { finite_float32, finite_float64 } = workspace.kernels;
    return (dtype === "float32" ? finite_float32 : finite_float64)(block, 0, 1) !== 0;
  }
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
