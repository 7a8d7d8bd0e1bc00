import type { Node, Value } from "../../../ir/graph.ts";
import { isFloating } from "../../../tensor/dtype.ts";

/** A group of nodes as a function: what it computes from its leaves, with nothing else but constants. */
export interface Cut {
  readonly leaves: readonly Value[];
  /** In forward order; the last one has the result. */
  readonly nodes: readonly Node[];
}

const mostLeaves = 3;
const mostNodes = 18;
/** So many groups are looked at for each value: those of fewer leaves first, and of these the larger. */
const mostCuts = 24;

/** Finds, for nodes in forward order, the groups that end in each. */
export class Cuts {
  readonly #cuts = new Map<Value, readonly Cut[]>();

  /** The groups of nodes that end in a node; the cuts of all its operands are known when they were asked for in forward order. */
  of(node: Node): readonly Cut[] {
    const [result] = node.outputs;
    let combined: Cut[] = [{ leaves: [], nodes: [] }];
    for (const operand of node.inputs) {
      if (operand === null) continue;
      const choices = this.#choicesOf(operand);
      combined = combined.flatMap((one) => choices.flatMap((other) => joined(one, other)));
      combined = best(combined);
    }
    const found = node.outputs.length === 1 ? combined.map(({ leaves, nodes }) => ({ leaves, nodes: [...nodes, node] })) : [];
    this.#cuts.set(result, found);
    return found;
  }

  /** An operand as a leaf, or with the groups that it ends. */
  #choicesOf(operand: Value): readonly Cut[] {
    if (operand.known !== null) return [{ leaves: [], nodes: [] }];
    const leaf = isFloating(operand.dtype) ? [{ leaves: [operand], nodes: [] }] : [];
    return [...leaf, ...(this.#cuts.get(operand) ?? [])];
  }
}

function joined(one: Cut, other: Cut): readonly Cut[] {
  const leaves = [...new Set([...one.leaves, ...other.leaves])];
  if (leaves.length > mostLeaves) return [];
  const nodes = [...new Set([...one.nodes, ...other.nodes])].sort((a, b) => a.id - b.id);
  // What is computed within the group is no leaf of it.
  if (nodes.length >= mostNodes || leaves.some(({ node }) => node !== null && nodes.includes(node))) return [];
  return [{ leaves, nodes }];
}

function best(cuts: readonly Cut[]): Cut[] {
  const unlike = new Map(
    cuts.map((cut) => [
      `${cut.leaves
        .map(({ id }) => id)
        .toSorted((a, b) => a - b)
        .join()}|${cut.nodes.map(({ id }) => id).join()}`,
      cut,
    ]),
  );
  return [...unlike.values()].toSorted((a, b) => a.leaves.length - b.leaves.length || b.nodes.length - a.nodes.length).slice(0, mostCuts);
}
