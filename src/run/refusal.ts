import { faultAt, type GivenInputs, type Place } from "../program/draft.ts";
import { codes } from "../program/operator-fault.ts";
import type { Owner, OwnerOf } from "../program/owner.ts";
import type { NamedNode, Program } from "../program/program.ts";
import type { Node } from "../ir/graph.ts";
import type { OperatorError } from "../ops/errors.ts";
import { Problem } from "../problems/problems.ts";
import type { StepError } from "./executable.ts";

/** An operator refused the numbers that it met while it ran, such as an index out of range. */
export function refusalOf({ node, cause }: StepError, ownerOf: OwnerOf, program: Program, given: GivenInputs): Problem {
  const { own, isDerived } = ownerOf(node);
  if (isDerived) return refusalOfDerivative(own, cause);
  const pointer = own.node === node ? placeOf(program, own, cause.input, given) : own.pointer;
  return problemOf(pointer === own.pointer ? own : { pointer }, cause, `Node ${own.name} (${own.node.op})`);
}

/** The same where a node's derivative met the numbers; null when it is not known which node's. */
export function refusalOfDerivative(own: NamedNode | null | undefined, cause: OperatorError): Problem {
  const which = own ? `In the gradient of node ${own.name} (${own.node.op})` : "In a gradient";
  return problemOf(own ?? { pointer: "" }, cause, which);
}

/** Where a node stands, in words. */
export const whereIs = (owner: Owner, { op }: Node): string =>
  owner.isDerived ? `In a gradient, ${op}` : `Node ${owner.own.name} (${owner.own.node.op})`;

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
