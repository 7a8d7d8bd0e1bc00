import { type Tensor, copyOf } from "../../tensor/tensor.ts";
import type { PortrayedEdge } from "../portrait.ts";

/** What flows back along several edges of one value; null where nothing does. */
export function totalOf(edges: readonly PortrayedEdge[]): Tensor | null {
  const gradients = edges.map(({ gradient }) => gradient).filter((each) => each !== null);
  if (gradients.length < 2) return gradients[0] ?? null;
  const total = copyOf(gradients[0]);
  for (const { data } of gradients.slice(1)) data.forEach((each, at) => (total.data[at] += each));
  return total;
}

/** The length of tensors as one vector, without overflow on the way. */
export function norm(tensors: readonly Tensor[]): number {
  let most = 0;
  for (const { data } of tensors) for (const each of data) most = Math.max(most, Math.abs(each));
  if (most === 0 || !Number.isFinite(most)) return most;
  let sum = 0;
  for (const { data } of tensors) for (const each of data) sum += (each / most) ** 2;
  return most * Math.sqrt(sum);
}
