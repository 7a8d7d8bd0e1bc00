import type { Attributes, Operator } from "../ops/define.ts";
import { Problem } from "../problems/problems.ts";
import { check } from "../request/validate.ts";
import { type Draft, faultAt, nameOf } from "./draft.ts";

/** A node's attributes as its operator's schema reads them, defaults included. Throws invalid_attribute with each that is wrong. */
export function readAttributes(draft: Draft, node: number, op: Operator): Attributes {
  const { attributes } = draft.nodes[node];
  const isEmpty = Object.keys(attributes).length === 0;
  if (isEmpty && acceptsNone(op)) return op.defaults;
  const result = check(op.attributes, attributes);
  if (result.success) return result.data;
  const places = result.places.map(({ pointer, detail, suggestion }) => {
    const path = pointer.split("/").slice(1);
    const place = draft.locate("nodes", node, "attributes", ...path.map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~")));
    const name = nameOf(draft.nodes[node]);
    const owner = name === null ? op.type : `${name} (${op.type})`;
    const what = path.length === 0 ? "its attributes" : `its attribute ${path[0]}`;
    return faultAt(place, `Node ${owner}, ${what}: ${detail.charAt(0).toLowerCase()}${detail.slice(1)}`, suggestion);
  });
  throw new Problem("invalid_attribute", places[0].detail, places);
}

const asked = new WeakMap<Operator, boolean>();

/** Whether all of an operator's attributes have defaults. */
function acceptsNone(op: Operator): boolean {
  const known = asked.get(op);
  if (known !== undefined) return known;
  const accepts = op.attributes.safeParse({}).success;
  asked.set(op, accepts);
  return accepts;
}
