import { number, symbol, type Term } from "../../formula/term.ts";
import { has, isComposite, operatorOf } from "../../ops/define.ts";
import type { Node, Value } from "../../ir/graph.ts";
import type { Nonfinite } from "../../run/watch.ts";
import { broadcastStrides, indexAt, type Shape, sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { PortrayedNode, PortrayedValue } from "../portrait.ts";
import type { Narration } from "./narration.ts";
import type { Prose } from "./prose.ts";
import { formulaOf, localOf } from "./rules.ts";

/** So many elements of a node are looked at. */
const mostElements = 10_000;

/** Where a NaN or an infinity was born, and of what. */
export function tellNonfinite({ node: name, pass }: Nonfinite, nodes: readonly PortrayedNode[], narration: Narration): Prose {
  const { voice, symbols } = narration;
  const node = nodes.find((each) => each.name === name);
  const birth = node === undefined ? null : pass === "forward" ? bornForward(node, narration) : bornBackward(node, narration);
  const place = birth === null || birth.index.length === 0 ? null : `[${birth.index.join(", ")}]`;
  return voice.nonfinite({
    node: symbol(symbols.nameOf(name)),
    pass,
    equation: birth?.equation ?? null,
    why: birth?.why ?? "unknown",
    place,
  });
}

/** So many values are named that were not finite when they came. */
const mostGiven = 5;

/** Which of what was given was not finite already: what comes of that was born nowhere. */
export function tellGiven(values: readonly PortrayedValue[], narration: Narration): Prose[] {
  const given = values.filter(
    ({ role, tensor }) => (role === "input" || role === "parameter") && tensor.data.some((element) => !Number.isFinite(element)),
  );
  if (given.length === 0) return [];
  const named = given.slice(0, mostGiven).map((value) => narration.symbol(value));
  return [narration.voice.given(named, given.length - named.length)];
}

interface Birth {
  readonly equation: Term;
  readonly why: "domain" | "zeros" | "pole" | "overflow" | "unknown";
  readonly index: readonly number[];
}

function bornForward(node: PortrayedNode, narration: Narration): Birth | null {
  const tensor = narration.symbols.portrayed(node.node.outputs[0])?.tensor;
  if (tensor === undefined) return null;
  const at = tensor.data.findIndex((element) => !Number.isFinite(element));
  const operands = elementsOf(node, at, narration);
  if (at < 0 || operands === null) return null;
  const result = tensor.data[at];
  return {
    equation: narration.equation(formulaOf(node, operands.map(number)), number(result)),
    why: Number.isNaN(result)
      ? operands.length > 1 && operands.every((each) => each === 0)
        ? "zeros"
        : "domain"
      : isPole(node.node, operands)
        ? "pole"
        : "overflow",
    index: indexAt(at, tensor.shape),
  };
}

/** Whether an infinite result is owed to the place where the operands are, and not to their size: next to it results are small. */
function isPole({ op, attributes, inputs }: Node, operands: readonly number[]): boolean {
  if (operands.includes(0)) return true;
  const operator = operatorOf(op);
  if (isComposite(operator) || operator.element === undefined) return false;
  const { f } = operator.element(attributes, inputs as readonly Value[]);
  const resultOf = ([a, b, c]: readonly number[]): number => Math.abs(f(a, b, c));
  const isSmallBeside = (operand: number, at: number): boolean =>
    [1 - 2 ** -52, 1 + 2 ** -52].some((factor) => resultOf(operands.with(at, operand * factor)) < 1e100);
  return resultOf(operands) === Infinity && operands.some(isSmallBeside);
}

function bornBackward(node: PortrayedNode, narration: Narration): Birth | null {
  for (const edge of narration.course.edgesInto(node)) {
    const at = edge.gradient?.data.findIndex((element) => !Number.isFinite(element)) ?? -1;
    const operands = elementsOf(node, at, narration);
    if (at < 0 || operands === null || edge.local === null) continue;
    const slope = edge.local.data[at];
    const term = localOf(edge, operands.map(number));
    const sides = [narration.localSymbol(edge), ...(term === null ? [] : [term]), number(slope)];
    const why = Number.isFinite(slope) ? "overflow" : "pole";
    return { equation: narration.equation(...sides), why, index: indexAt(at, edge.from.value.shape) };
  }
  return null;
}

/** The elements of a node's operands that an element of its result is made of; null where that is not one of each. */
function elementsOf({ node }: PortrayedNode, at: number, { symbols }: Narration): number[] | null {
  if (!has(operatorOf(node.op), "elementwise") || at < 0) return null;
  const { shape } = node.outputs[0];
  const size = sizeOf(shape);
  const elements = node.inputs.map((value): number | null => {
    const tensor: Tensor | null = value === null ? null : (symbols.portrayed(value)?.tensor ?? value.known);
    if (tensor === null) return null;
    const { length } = tensor.data;
    return tensor.data[length === 1 ? 0 : length === size ? at : stretchedPlace(at, shape, tensor.shape)];
  });
  return elements.every((element) => element !== null) ? elements : null;
}

/** Where the element of an operand is that was broadcast onto a place of the result. */
function stretchedPlace(at: number, shape: Shape, operand: Shape): number {
  const strides = broadcastStrides(operand, shape);
  return indexAt(at, shape).reduce((place, index, axis) => place + index * strides[axis], 0);
}

/** So many kinks are told. */
const mostKinks = 5;

/** A node of which an element sits where its derivative jumps, and what is taken there. */
export interface KinkedNode {
  readonly node: PortrayedNode;
  readonly where: string;
  readonly convention: string;
}

export function kinksOf(narration: Narration): KinkedNode[] {
  const { course, symbols } = narration;
  const found: KinkedNode[] = [];
  for (const passage of course.backward) {
    if (passage.kind === "sum" || found.length >= mostKinks) continue;
    const { node } = passage;
    const size = Math.min(mostElements, symbols.portrayed(node.node.outputs[0])?.tensor.data.length ?? 0);
    for (const { at: where, convention, holds } of operatorOf(node.node.op).kinks ?? []) {
      if (holds === undefined) continue;
      const sits = Array.from({ length: size }, (_, at) => elementsOf(node, at, narration)).some(
        (operands) => operands !== null && holds(...operands),
      );
      if (sits) found.push({ node, where, convention });
    }
  }
  return found;
}

export const tellKink = ({ node, where, convention }: KinkedNode, narration: Narration): Prose =>
  narration.voice.kink({
    node: narration.nodeSymbol(node),
    formula: formulaOf(node, narration.symbols.operandsOf(node)),
    where,
    convention,
  });
