import type { OperatorError } from "../ops/errors.ts";
import type { ProblemCode } from "../problems/catalogue.ts";
import { Problem } from "../problems/problems.ts";
import { type Draft, faultAt, nameOf, type Place } from "./draft.ts";

/** The problem that each fault is. */
export const codes: Readonly<Record<OperatorError["fault"], ProblemCode>> = {
  arity: "wrong_arity",
  missing: "wrong_arity",
  type: "type_mismatch",
  shape: "shape_mismatch",
  attribute: "invalid_attribute",
  static: "static_value_required",
  index: "index_out_of_range",
  domain: "number_out_of_range",
  size: "tensor_too_large",
};

/** An operator's refusal of a node, as the client's problem with the place of the input or attribute at fault. */
export function operatorProblem(draft: Draft, node: number, error: OperatorError): Problem {
  return nodeProblem(draft, node, codes[error.fault], error.message, placeOf(draft, node, error));
}

/** A problem of one node; the sentence goes on after the node's name. */
export function nodeProblem(draft: Draft, node: number, code: ProblemCode, sentence: string, place: Place, suggestion?: string): Problem {
  const { op } = draft.nodes[node];
  const name = nameOf(draft.nodes[node]);
  const fault = faultAt(place, `Node ${name === null ? op : `${name} (${op})`}: ${sentence}`, suggestion);
  return new Problem(code, fault.detail, [fault]);
}

function placeOf(draft: Draft, node: number, { input, attribute }: OperatorError): Place {
  if (attribute !== undefined) return draft.locate("nodes", node, "attributes", attribute);
  // An input that is missing has no place of its own: the list that lacks it has.
  const inputs = draft.nodes[node].inputs.length;
  if (input !== undefined) return input < inputs ? draft.locate("nodes", node, "inputs", input) : draft.locate("nodes", node, "inputs");
  return draft.locate("nodes", node);
}
