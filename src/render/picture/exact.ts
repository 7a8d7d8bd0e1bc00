import type { Tensor } from "../../tensor/tensor.ts";
import type { PortrayedEdge, PortrayedValue } from "../portrait.ts";
import { shapeText } from "./blocks.ts";
import { exactNumeral } from "./numerals.ts";

/** Up to so many numbers of a tensor stand in a title. */
const mostTold = 16;

/** A tensor with all digits, for titles. */
export function exact({ shape, data, dtype }: Tensor): string {
  if (shape.length === 0) return exactNumeral(data[0], dtype);
  const told = Array.from(data.subarray(0, mostTold), (each) => exactNumeral(each, dtype)).join(", ");
  return `${shapeText(shape)} [${told}${data.length > mostTold ? ", …" : ""}]`;
}

export const exactValue = ({ tensor, gradient }: PortrayedValue): string[] => [
  `value ${exact(tensor)}`,
  ...(gradient === null ? [] : [`gradient ${exact(gradient)}`]),
];

export const exactEdge = ({ from, to, input, local, gradient }: PortrayedEdge): string[] => [
  `${from.name ?? "literal"} to ${to.name}, input ${input}`,
  `value ${exact(from.tensor)}`,
  ...(local === null ? [] : [`local derivative ${exact(local)}`]),
  ...(gradient === null ? [] : [`gradient ${exact(gradient)}`]),
];
