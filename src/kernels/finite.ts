import type { Tensor } from "../tensor/tensor.ts";

/** Whether a tensor holds neither NaN nor infinity. */
export function allFinite({ data }: Tensor): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
