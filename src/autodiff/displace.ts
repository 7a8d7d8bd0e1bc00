import { ancestors, type Node, type Value } from "../ir/graph.ts";
import { add } from "../ops/arithmetic/add.ts";
import { apply } from "../ops/apply.ts";
import { operatorOf } from "../ops/define.ts";

export interface Displaced {
  readonly of: Value;
  /** The node that a node of the new graph stands for: itself, where nothing had to be made anew. */
  readonly original: (node: Node) => Node;
}

/**
 * The value that `of` becomes when something is added to values on the way to it, whatever produced those: its derivative by an addition
 * is its gradient with respect to the value. Only what depends on the values is made anew.
 */
export function displaced(of: Value, additions: ReadonlyMap<Value, Value>): Displaced {
  const stands = new Map<Value, Value>();
  const origins = new Map<Node, Node>();
  const displace = (value: Value, now: Value): void => {
    const addition = additions.get(value);
    if (addition !== undefined) stands.set(value, add(now, addition));
    else if (now !== value) stands.set(value, now);
  };
  for (const value of additions.keys()) if (value.node === null) displace(value, value);
  for (const node of ancestors([of])) {
    const inputs = node.inputs.map((value) => value && (stands.get(value) ?? value));
    if (inputs.every((value, at) => value === node.inputs[at])) {
      for (const output of node.outputs) displace(output, output);
      continue;
    }
    const made = apply(operatorOf(node.op), inputs, node.attributes, node.outputs.length);
    if (made[0].node !== null) origins.set(made[0].node, node);
    node.outputs.forEach((output, at) => displace(output, made[at]));
  }
  return { of: stands.get(of) ?? of, original: (node) => origins.get(node) ?? node };
}
