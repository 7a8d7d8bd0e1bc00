import { faultAt, type GivenInputs, type Place } from "../program/draft.ts";
import { codes } from "../program/operator-fault.ts";
import type { NamedNode, Program } from "../program/program.ts";
import type { Node } from "../ir/graph.ts";
import type { OperatorError } from "../ops/errors.ts";
import { Problem } from "../problems/problems.ts";
import type { Flows } from "./differentiate.ts";

/** An operator refused the numbers that it met on the way forward or backward, such as an index out of range. */
export function refusal(program: Program, node: Node, cause: OperatorError, given: GivenInputs, flows: Flows | null): Problem {
  // A node's expansion is made before it, so the client's own node is the first whose id is not smaller.
  const own = program.nodes.find((candidate) => candidate.node.id >= node.id);
  if (own !== undefined) {
    const pointer = own.node === node ? placeOf(program, own, cause.input, given) : own.pointer;
    return problemOf(pointer === own.pointer ? own : { pointer }, cause, `Node ${own.name} (${own.node.op})`);
  }
  const source = flows === null ? null : sourceOf(node, flows);
  return refusalOfGradient(program, source, cause);
}

/** The same where a node's gradient met the numbers; null when it is not known which node's. */
export function refusalOfGradient(program: Program, node: Node | null, cause: OperatorError): Problem {
  const own = program.nodes.find((candidate) => candidate.node === node);
  const which = own === undefined ? "In a gradient" : `In the gradient of node ${own.name} (${own.node.op})`;
  return problemOf(own ?? { pointer: "" }, cause, which);
}

function problemOf(place: Place, { fault, message }: OperatorError, which: string): Problem {
  const found = faultAt(place, `${which}: ${message}`);
  return new Problem(codes[fault], found.detail, [found]);
}

/** Where the client wrote the numbers, if it did, else where it wrote the operand. */
function placeOf(program: Program, { node, pointer }: NamedNode, input: number | undefined, { pointers }: GivenInputs): string {
  if (input === undefined) return pointer;
  const fed = program.inputs.find(({ value }) => value === node.inputs[input]);
  const tensor = fed === undefined ? undefined : pointers.get(fed.name);
  return tensor ?? (pointer.startsWith("/graph/nodes/") ? `${pointer}/inputs/${input}` : pointer);
}

/** The node whose gradient a node is part of. The walk goes backward, so it is the first whose gradients are complete by then. */
function sourceOf(node: Node, flows: Flows): Node | null {
  for (const [source, gradients] of flows) {
    if (gradients.some((gradient) => (gradient?.id ?? 0) >= node.id)) return source;
  }
  return null;
}
