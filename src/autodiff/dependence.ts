import { ancestors, type Node, type Value } from "../ir/graph.ts";
import { isComposite, operatorOf } from "../ops/define.ts";
import { isFloating } from "../tensor/dtype.ts";

/**
 * Why no gradient came to a value from another: null where nothing that can be differentiated leads from it there, so that its derivative is
 * 0; else the node, and the input of it, whose operator has no derivative to give here. `arrived` tells whether a gradient came to a value.
 */
export function lostAt(of: Value, from: Value, arrived: (value: Value) => boolean): { readonly node: Node; readonly input: number } | null {
  const reached = new Set([from]);
  const nodes = ancestors([of]);
  for (const node of nodes) for (const output of movedSmoothly(node, reached)) reached.add(output);
  if (!reached.has(of)) return null;
  for (const node of nodes.reverse()) {
    if (!node.outputs.some((output) => reached.has(output) && arrived(output))) continue;
    const input = node.inputs.findIndex((value) => value !== null && reached.has(value) && !arrived(value));
    if (input >= 0) return { node, input };
  }
  return null;
}

/** The outputs of a node that depend on values by operators that are differentiable in them. */
function movedSmoothly(node: Node, reached: ReadonlySet<Value>): readonly Value[] {
  const isReached = (value: Value | null): boolean => value !== null && reached.has(value);
  if (!node.inputs.some(isReached)) return [];
  const op = operatorOf(node.op);
  if (isComposite(op)) {
    const { expansion } = node;
    if (expansion === null) return [];
    const inner = new Set(expansion.inputs.filter((value, at): value is Value => value !== null && isReached(node.inputs[at] ?? null)));
    for (const own of ancestors(expansion.outputs, expansion.since)) for (const output of movedSmoothly(own, inner)) inner.add(output);
    return node.outputs.filter((_, at) => inner.has(expansion.outputs[at]));
  }
  if (op.vjp === null) return [];
  const isMoved = node.inputs.some(
    (value, at) => isReached(value) && op.inputs[Math.min(at, op.inputs.length - 1)].differentiable === true,
  );
  return isMoved ? node.outputs.filter(({ dtype, known }) => isFloating(dtype) && known === null) : [];
}
