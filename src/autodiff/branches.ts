import { ancestors, type Node, type Value } from "../ir/graph.ts";
import { paddedInputs } from "../ops/apply.ts";
import { isComposite, operatorOf } from "../ops/define.ts";
import { isFloating } from "../tensor/dtype.ts";

/** Values that change when, and only when, the operands of a node pass a kink or a jump. */
export interface Branch {
  /** A node among those walked, though it may be inside its expansion that the kink lies. */
  readonly node: Node;
  readonly value: Value;
}

/**
 * What tells the smooth pieces of `of` apart as functions of `moving`: as long as none of these values changes, no kink is passed. An
 * operator's own branches, and everything that is not floating-point and depends on what moves: comparisons, indices, casts. Only nodes
 * with ids above `since` are walked.
 */
export function branchesOf(of: readonly Value[], moving: Iterable<Value>, since = 0): Branch[] {
  const reached = new Set(moving);
  const found: Branch[] = [];
  for (const node of ancestors(of, since)) {
    if (!node.inputs.some((value) => value !== null && reached.has(value))) continue;
    for (const output of node.outputs) {
      // What is known moves with nothing.
      if (output.known === null) reached.add(output);
    }
    for (const value of ownBranches(node, reached)) found.push({ node, value });
  }
  return found;
}

function ownBranches(node: Node, reached: ReadonlySet<Value>): readonly Value[] {
  const op = operatorOf(node.op);
  if (isComposite(op)) {
    const { expansion } = node;
    if (expansion === null) return [];
    const moving = expansion.inputs.filter((_, at) => {
      const value = node.inputs[at] ?? null;
      return value !== null && reached.has(value);
    });
    const inner = moving.filter((value) => value !== null);
    return branchesOf(expansion.outputs, inner, expansion.since).map(({ value }) => value);
  }
  const discrete = node.outputs.filter(({ dtype, known }) => !isFloating(dtype) && known === null);
  if (discrete.length > 0 || op.branches === undefined || !node.outputs.every(({ dtype }) => isFloating(dtype))) return discrete;
  return op.branches({ inputs: paddedInputs(op, node.inputs), outputs: node.outputs, attributes: node.attributes });
}
