import type { Node } from "../ir/graph.ts";
import type { NamedNode, Program } from "./program.ts";

/** Whose a node is: the client's own that it is part of, or the one whose derivative it is part of; null where that is not known. */
export type Owner = { readonly own: NamedNode; readonly isDerived: false } | { readonly own: NamedNode | null; readonly isDerived: true };

/** The one lookup from a node that runs to what the client called it. */
export type OwnerOf = (node: Node) => Owner;

/**
 * The client's own node that a node is part of: the first whose id is not smaller, since expansions are made before their node, and
 * derivatives after all of them.
 */
export function ownersIn({ nodes }: Program): OwnerOf {
  let ordered: readonly NamedNode[] | undefined;
  return ({ id }) => {
    ordered ??= nodes.toSorted((a, b) => a.node.id - b.node.id);
    let [low, high] = [0, ordered.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ordered[middle].node.id < id) low = middle + 1;
      else high = middle;
    }
    return low < ordered.length ? { own: ordered[low], isDerived: false } : { own: null, isDerived: true };
  };
}

/** What the client wrote for values that it gave no names, by the names that they have. */
export const writtenIn = ({ nodes }: Program): ReadonlyMap<string, string> =>
  new Map(nodes.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text()] as const])));
