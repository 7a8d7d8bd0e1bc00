import {
  call,
  difference,
  elementwise,
  indexedCall,
  matrixProduct,
  negative,
  power,
  product,
  quotient,
  sum,
  type Term,
  words,
} from "../../formula/term.ts";
import { snakeName } from "../../program/names.ts";
import { has, operatorOf } from "../../ops/define.ts";
import { sameShape, type Shape } from "../../tensor/shape.ts";
import type { PortrayedEdge, PortrayedNode } from "../portrait.ts";

/** What a node makes of the operands that are written for its inputs. */
export function formulaOf({ node }: PortrayedNode, operands: readonly Term[]): Term {
  const { syntax, display, type } = operatorOf(node.op);
  const [first, second] = operands;
  if (syntax?.infix === "+") return sum(first, second);
  if (syntax?.infix === "-") return difference(first, second);
  if (syntax?.infix === "*") return product(first, second);
  if (syntax?.infix === "/") return quotient(first, second);
  if (syntax?.infix === "@") return matrixProduct(first, second);
  if (syntax?.infix === "^" || syntax?.infix === "**") return power(first, second);
  if (syntax?.prefix === "-") return negative(first);
  return call(/^[a-z ]+$/.test(display.label) ? display.label : snakeName(type), ...operands);
}

/** The derivative of a node's result by one of its inputs, as for single numbers; null where no formula says it. */
export const localOf = (_edge: PortrayedEdge, _operands: readonly Term[]): Term | null => null;

/** What comes back to an input of a node when `delta` comes back to its result; null where no formula says it. */
export function passedBack(edge: PortrayedEdge, operands: readonly Term[], delta: Term): Term | null {
  const { from, to } = edge;
  const op = operatorOf(to.node.op);
  if (!has(op, "elementwise")) return null;
  const local = localOf(edge, operands);
  if (local === null) return null;
  const wide = local.kind === "number" && local.value === 1 ? delta : elementwise(delta, local);
  const [{ shape }] = to.node.outputs;
  return sameShape(from.value.shape, shape) ? wide : indexedCall("Σ", words(axesBetween(from.value.shape, shape)), wide);
}

/** Whether an operator repeats an operand to fit the others, so that back there is a sum. */
export const isRepeated = ({ from, to: { node } }: PortrayedEdge): boolean =>
  has(operatorOf(node.op), "elementwise") && !sameShape(from.value.shape, node.outputs[0].shape);

/** The axes along which a value was repeated. */
export function axesBetween(narrow: Shape, wide: Shape): string {
  const before = wide.length - narrow.length;
  const axes = wide.flatMap((size, axis) => (axis < before || narrow[axis - before] !== size ? [axis] : []));
  return axes.join(", ");
}
