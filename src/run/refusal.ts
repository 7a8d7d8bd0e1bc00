import { faultAt, type GivenInputs, type Place } from "../program/draft.ts";
import { codes } from "../program/operator-fault.ts";
import type { Owner, OwnerOf } from "../program/owner.ts";
import type { NamedNode, Program } from "../program/program.ts";
import type { Node } from "../ir/graph.ts";
import { paddedInputs } from "../ops/apply.ts";
import { isComposite, operatorOf } from "../ops/define.ts";
import { OperatorError } from "../ops/errors.ts";
import { isFloating } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import { zeros } from "../tensor/tensor.ts";
import { Problem } from "../problems/problems.ts";
import type { StepError } from "./executable.ts";

/** An operator refused the numbers that it met while it ran, such as an index out of range. */
export function refusalOf({ node, cause }: StepError, ownerOf: OwnerOf, program: Program, given: GivenInputs): Problem {
  const { own, isDerived } = ownerOf(node);
  if (isDerived) return refusalOfDerivative(own, cause);
  const pointer = own.node === node ? placeOf(program, own, cause.input, given) : own.pointer;
  return problemOf(pointer === own.pointer ? own : { pointer }, cause, `Node ${own.name} (${own.node.op})`);
}

/**
 * The same where a node's derivative met the numbers; null when it is not known which node's. An index that is out of range there is so in
 * the node itself, and is told in its words; only a size is the derivative's own.
 */
export function refusalOfDerivative(own: NamedNode | null | undefined, cause: OperatorError): Problem {
  if (!own) return problemOf({ pointer: "" }, cause, "In a gradient");
  const title = `${own.name} (${own.node.op})`;
  if (cause.fault === "size") return problemOf(own, cause, `In the gradient of node ${title}`);
  return problemOf(own, faultOf(own.node) ?? cause, `Node ${title}`);
}

/** More elements are not made up to see what an operator says of its indices. */
const mostMadeUp = 1e6;

/** What an operator says of the constants among its inputs, whatever the others are; null where it says nothing. */
function faultOf({ op: type, inputs, outputs, attributes }: Node): OperatorError | null {
  const op = operatorOf(type);
  const isUnknown = inputs.some((value) => value !== null && value.known === null && !isFloating(value.dtype));
  const isLarge = [...inputs, ...outputs].some((value) => value !== null && sizeOf(value.shape) > mostMadeUp);
  if (isComposite(op) || isUnknown || isLarge) return null;
  const madeUp = inputs.map((value) => value && (value.known ?? zeros(value.dtype, value.shape)));
  try {
    op.kernel(
      paddedInputs(op, madeUp),
      outputs.map(({ dtype, shape }) => zeros(dtype, shape)),
      attributes,
    );
    return null;
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
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
