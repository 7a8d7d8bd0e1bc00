import { wayOf } from "../../compute/steps.ts";
import type { Term } from "../../formula/term.ts";
import type { Portrait, PortrayedEdge, PortrayedNode, PortrayedValue } from "../portrait.ts";

/** The way of a run through a program: what is told of it, and in which order. */
export interface Course {
  readonly objective: PortrayedValue;
  /** What gradients are taken of: the objective, or what a given cotangent makes of it. */
  readonly top: Term;
  /** Whether a cotangent was given. */
  readonly isSeeded: boolean;
  /** What leads to the objective, in forward order. */
  readonly forward: readonly PortrayedNode[];
  /** In backward order: nodes that pass gradients back, and sums where all that comes back to a value has arrived. */
  readonly backward: readonly Passage[];
  /** The values that gradients come back to, in the order in which all that comes back has arrived. */
  readonly completed: readonly PortrayedValue[];
  /** The value through which gradients come back to a node. */
  readonly resultOf: (node: PortrayedNode) => PortrayedValue | undefined;
  /** The values with respect to which gradients are asked for. */
  readonly wrt: readonly PortrayedValue[];
  /** The edges along which gradients flow back to what is asked for, by the value that they leave. */
  readonly usesOf: (value: PortrayedValue) => readonly PortrayedEdge[];
  /** The same edges by the node that they enter. */
  readonly edgesInto: (node: PortrayedNode) => readonly PortrayedEdge[];
}

/** A step back: through a node, or the sum at a value. */
export type Passage =
  | { readonly kind: "backward"; readonly node: PortrayedNode; readonly edges: readonly PortrayedEdge[] }
  | { readonly kind: "sum"; readonly value: PortrayedValue; readonly edges: readonly PortrayedEdge[] };

export function courseOf(portrait: Portrait, objective: PortrayedValue, top: Term, isSeeded: boolean): Course {
  const { nodes, edges, wrt } = portrait;
  const into = grouped(edges, ({ to }) => to);
  const resultsOf = grouped(
    portrait.values.filter(({ role }) => role === "node"),
    ({ value }) => value.node,
  );
  const outputsOf = (node: PortrayedNode): readonly PortrayedValue[] => resultsOf.get(node.node) ?? [];

  const { forward, flowing } = wayOf(
    nodes,
    (node) => (into.get(node) ?? []).filter(({ gradient }) => gradient !== null),
    objective.value,
    wrt.map(({ value }) => value),
  );
  const flowingInto = grouped(flowing, ({ to }) => to);
  const uses = grouped(flowing, ({ from }) => from);

  const awaited = new Map([...uses].map(([value, each]) => [value, each.length]));
  const completed: PortrayedValue[] = [];
  const backward: Passage[] = [];
  for (const node of forward.toReversed()) {
    const through = flowingInto.get(node) ?? [];
    if (through.length === 0) continue;
    backward.push({ kind: "backward", node, edges: through });
    for (const { from } of through) {
      const left = (awaited.get(from) ?? 0) - 1;
      awaited.set(from, left);
      if (left > 0) continue;
      completed.push(from);
      const all = uses.get(from) ?? [];
      if (all.length > 1) backward.push({ kind: "sum", value: from, edges: all });
    }
  }
  return {
    objective,
    top,
    isSeeded,
    forward,
    backward,
    completed,
    wrt,
    resultOf: (node) => outputsOf(node).find((value) => value === objective || uses.has(value)) ?? outputsOf(node)[0],
    usesOf: (value) => uses.get(value) ?? [],
    edgesInto: (node) => flowingInto.get(node) ?? [],
  };
}

function grouped<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
