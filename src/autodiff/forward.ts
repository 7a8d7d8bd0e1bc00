import { ancestors, currentId, type Node, type Value } from "../ir/graph.ts";
import { paddedInputs } from "../ops/apply.ts";
import { isComposite, operatorOf } from "../ops/define.ts";
import { expand, filled } from "../ops/shape/expand.ts";
import { isFloating } from "../tensor/dtype.ts";
import { pullBack, reverse } from "./reverse.ts";

/**
 * Forward mode as graph → graph: the tangents of `of` when the values in `tangents` move in the given directions (each of its value's
 * type); null where nothing moves. A value with a tangent of its own is a variable, whatever produced it. Only nodes with ids above
 * `since` are walked; what lies before them stands still unless `tangents` says otherwise.
 *
 * A node takes its operator's `jvp` rule or, without one, what follows from its `vjp`: that rule maps a cotangent u to Jᵀu and is linear
 * in u, so the derivative of ⟨Jᵀu, t⟩ by u is J t, wherever u stands. Reverse mode over the rule's own nodes takes that derivative.
 */
export function forward(of: readonly Value[], tangents: ReadonlyMap<Value, Value>, since = 0): (Value | null)[] {
  const moving = new Map(tangents);
  const tangentOf = (value: Value | null): Value | null => (value === null ? null : (moving.get(value) ?? null));
  for (const node of ancestors(of, since)) {
    const incoming = node.inputs.map(tangentOf);
    if (incoming.every((tangent) => tangent === null)) continue;
    pushForward(node, incoming).forEach((tangent, at) => {
      const value = node.outputs[at];
      if (tangent !== null && isFloating(value.dtype) && !moving.has(value)) moving.set(value, expand(tangent, value.shape));
    });
  }
  return of.map(tangentOf);
}

/** The tangents of a node's outputs, given one per input. */
function pushForward(node: Node, tangents: readonly (Value | null)[]): readonly (Value | null)[] {
  const op = operatorOf(node.op);
  if (isComposite(op)) return throughExpansion(node, tangents);
  if (op.jvp !== undefined) {
    const inputs = paddedInputs(op, node.inputs);
    const padded = inputs.map((_, at) => tangents[at] ?? null);
    return op.jvp({ inputs, outputs: node.outputs, tangents: padded, attributes: node.attributes });
  }
  return op.vjp === null ? [] : throughCotangents(node, tangents);
}

/** J t as the derivative of ⟨Jᵀu, t⟩ by u. Zeros serve as u: its numbers occur in no derivative of something linear in it. */
function throughCotangents(node: Node, tangents: readonly (Value | null)[]): readonly (Value | null)[] {
  const cotangents = node.outputs.map((output) => filled(0, output));
  const since = currentId();
  const pulled: Value[] = [];
  const directions: Value[] = [];
  pullBack(node, cotangents).forEach((gradient, at) => {
    const tangent = tangents[at] ?? null;
    if (gradient === null || tangent === null) return;
    // A gradient in the broadcast shape stands for its sum over the stretched axes, whose transpose stretches the tangent.
    pulled.push(gradient);
    directions.push(expand(tangent, gradient.shape));
  });
  return cotangents.map(reverse(pulled, directions, since).gradientOf);
}

function throughExpansion({ op, expansion }: Node, tangents: readonly (Value | null)[]): readonly (Value | null)[] {
  if (expansion === null) throw new Error(`${op} has neither a rule nor an expansion`);
  const inner = new Map<Value, Value>();
  expansion.inputs.forEach((value, at) => {
    const tangent = tangents[at] ?? null;
    if (value !== null && tangent !== null) inner.set(value, tangent);
  });
  return forward(expansion.outputs, inner, expansion.since);
}
