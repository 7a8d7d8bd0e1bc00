import { fold, withOperands } from "../../formula/fold.ts";
import { simplified } from "../../formula/simplify.ts";
import { substituted } from "../../formula/substitute.ts";
import { elementwise, indexedCall, number, relation, symbol, type Term, words } from "../../formula/term.ts";
import { has, operatorOf } from "../../ops/define.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import type { PortrayedEdge, PortrayedNode } from "../portrait.ts";
import { shapeText } from "./numbers.ts";

/** What each of more operands gets is written as no formula: it would be too long to be read, and there would be too many of them. */
const mostOperands = 128;

/** What a node makes of the operands that are written for its inputs. */
export function formulaOf({ node }: PortrayedNode, operands: readonly Term[]): Term {
  const formula = operatorOf(node.op).display.formula(operands, node.attributes);
  // Of tensors a dot would be read as the product of matrices.
  const isOfTensors = formula.kind === "product" && node.inputs.filter((value) => value !== null && value.shape.length > 0).length > 1;
  return isOfTensors ? elementwise(...formula.operands) : formula;
}

/** The derivative of a node's result by one of its inputs, as for single numbers; null where no formula says it. */
export const localOf = ({ to: { node }, input }: PortrayedEdge, operands: readonly Term[]): Term | null => {
  if (operands.length > mostOperands) return null;
  const local = operatorOf(node.op).display.derivatives?.(operands, node.attributes)[input] ?? null;
  return local && simplified(local);
};

/** What comes back to an input of a node when `delta` comes back to its `result`; null where no formula says it. */
export function passedBack(edge: PortrayedEdge, operands: readonly Term[], delta: Term, result: Term): Term | null {
  const rule = ruleOf(edge, operands);
  if (rule === null) return null;
  const { from, to } = edge;
  const [{ shape }] = to.node.outputs;
  const op = operatorOf(to.node.op);
  const isBroadcast = has(op, "elementwise") || op.category === "linear algebra";
  const axes = isBroadcast ? axesBetween(from.value.shape, shape, holds(rule, "matrixProduct")) : "";
  // Of a mean over some axes the number is known; a loss may count rows, or only some of them.
  const count = has(op, "reduction") ? number(sizeOf(from.value.shape) / sizeOf(shape)) : null;
  const actual = new Map([...operands, delta, result].map((each, at) => [nameAt(at), each]));
  const wide = simplified(evenly(substituted(rule, (name) => (name === "n" ? count : (actual.get(name) ?? null)))));
  return axes === "" ? wide : indexedCall("Σ", words(axes), wide);
}

/** The product of matrices that comes back, with shapes in the place of the matrices; null where it is none. */
export function shapesPassedBack(edge: PortrayedEdge, operands: readonly Term[]): Term | null {
  const rule = ruleOf(edge, operands);
  if (rule === null || !holds(rule, "matrixProduct")) return null;
  const { inputs, outputs } = edge.to.node;
  const shapes = [...operands.map((_, at) => inputs[at]?.shape ?? []), outputs[0].shape, outputs[0].shape].map(shapeText);
  const actual = new Map(shapes.map((shape, at) => [nameAt(at), symbol(shape)]));
  return relation(
    substituted(rule, (name) => actual.get(name) ?? null),
    "→",
    symbol(shapeText(edge.from.value.shape)),
  );
}

/** The rule of an operator for one of its inputs, with stand-ins for operands, delta and result: it may call something n, as a client may. */
function ruleOf({ to: { node }, input }: PortrayedEdge, operands: readonly Term[]): Term | null {
  if (operands.length > mostOperands) return null;
  const op = operatorOf(node.op);
  const { cotangents, derivatives } = op.display;
  const formal = operands.map((each, at) => (each.kind === "words" ? each : symbol(nameAt(at))));
  const [delta, result] = [operands.length, operands.length + 1].map((at) => symbol(nameAt(at)));
  const rule = cotangents?.(formal, node.attributes, delta, result)[input] ?? null;
  if (rule !== null) return node.outputs[0].shape.length === 0 ? untransposed(rule) : rule;
  const local = has(op, "elementwise") ? (derivatives?.(formal, node.attributes)[input] ?? null) : null;
  return local && elementwise(delta, local);
}

const nameAt = (at: number): string => `\u0000${at}`;
/** Of a product of two vectors, which have no transposes. */
const untransposed = (term: Term): Term =>
  fold<Term>(term, (part, operands) => (part.kind === "transpose" ? operands[0] : withOperands(part, operands)));

/** A number that is the same everywhere stands for itself. */
const evenly = (term: Term): Term =>
  fold<Term>(term, (part, operands) =>
    part.kind === "call" && part.name === "broadcast" && isFixed(operands[0]) ? operands[0] : withOperands(part, operands),
  );

/** Whether a term is made of numbers alone. */
const isFixed = (term: Term): boolean =>
  fold<boolean>(term, (part, operands) => ["number", "constant"].includes(part.kind) || (operands.length > 0 && !operands.includes(false)));

/** Whether a term has a part of a kind. */
const holds = (term: Term, kind: Term["kind"]): boolean =>
  fold<boolean>(term, (part, operands) => part.kind === kind || operands.includes(true));

/**
 * The axes along which a value was repeated to fit a result, "" where it was not. The last two axes of matrices that are multiplied are
 * none of those.
 */
export function axesBetween(narrow: Shape, wide: Shape, isMatrix: boolean): string {
  const before = wide.length - narrow.length;
  if (before < 0) return "";
  const axes = wide
    .slice(0, isMatrix ? -2 : undefined)
    .flatMap((size, axis) => (axis < before || narrow[axis - before] !== size ? [axis] : []));
  return axes.every((axis) => axis < before || narrow[axis - before] === 1) ? axes.join(", ") : "";
}

/** Whether a formula looks up classes. */
export const looksUpClasses = (term: Term): boolean =>
  fold<boolean>(term, (part, operands) => (part.kind === "call" && part.name === "onehot") || operands.includes(true));

/** Whether a formula counts something that it calls n. */
export const countsRows = (term: Term): boolean =>
  fold<boolean>(term, (part, operands) => (part.kind === "symbol" && part.name === "n") || operands.includes(true));
