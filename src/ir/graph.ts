import type { DType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";

/**
 * A graph is plain data that only grows: a node points at the values it consumes, a value at the node that produced it, and nothing is
 * ever changed. Invariants:
 * - ids rise in the order of creation, so a node's id is greater than that of every node it depends on: sorting by id is a topological order;
 * - every value has its full type from birth;
 * - `known` holds a value's numbers when they follow from constants and types alone.
 */
export interface Value extends TensorType {
  readonly id: number;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The producer; null for an input or a constant. */
  readonly node: Node | null;
  /** Which of the producer's outputs this is. */
  readonly index: number;
  readonly known: Tensor | null;
}

export interface Node {
  readonly id: number;
  readonly op: string;
  /** null marks an optional input that is left out. */
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Value[];
  /** The simpler nodes that this one stands for; null when it stands for itself. */
  readonly expansion: Expansion | null;
}

/** Values equal to a node's outputs, computed by nodes with ids above `since` from `inputs`, which stand for the node's own, one each. */
export interface Expansion {
  readonly since: number;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
}

export interface Graph {
  readonly inputs: readonly Value[];
  /** Everything that the outputs depend on, in topological order. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly Value[];
}

let lastId = 0;

/** The id that the next node or value will exceed: nodes created from here on have greater ids. */
export const currentId = (): number => lastId;

/** More nodes and values were made than `withinBudget` allows. */
export class BudgetExceeded extends Error {
  override readonly name = "BudgetExceeded";
}

let lastAllowedId = Number.POSITIVE_INFINITY;

/**
 * Runs `work`, which may make at most `budget` nodes and values; throws BudgetExceeded at the one too many. It bounds what a small request
 * can unfold into: a recurrent operator stands for thousands of nodes.
 */
export function withinBudget<T>(budget: number, work: () => T): T {
  const before = lastAllowedId;
  lastAllowedId = Math.min(before, lastId + budget);
  try {
    return work();
  } finally {
    lastAllowedId = before;
  }
}

/** A value fed from outside. `known` binds it to fixed numbers, for inputs that decide shapes. */
export function input(type: TensorType, known: Tensor | null = null): Value {
  return { id: ++lastId, dtype: type.dtype, shape: type.shape, node: null, index: 0, known };
}

export function constant(tensor: Tensor): Value {
  return { id: ++lastId, dtype: tensor.dtype, shape: tensor.shape, node: null, index: 0, known: tensor };
}

/** A node with outputs of the given types. Types and knowledge are the caller's to infer: this layer knows no operator. */
export function createNode(
  op: string,
  inputs: readonly (Value | null)[],
  attributes: Readonly<Record<string, unknown>>,
  types: readonly TensorType[],
  known: readonly Tensor[] | null,
  expansion: Expansion | null = null,
): Node {
  if (lastId > lastAllowedId) throw new BudgetExceeded("too many nodes");
  const outputs: Value[] = [];
  const node: Node = { id: ++lastId, op, inputs, attributes, outputs, expansion };
  for (let index = 0; index < types.length; index++) {
    const { dtype, shape } = types[index];
    outputs.push({ id: ++lastId, dtype, shape, node, index, known: known === null ? null : known[index] });
  }
  return node;
}

/** The graph that computes `outputs`: every node they depend on and nothing else. Iterative, so depth is no limit. */
export function graphOf(inputs: readonly Value[], outputs: readonly Value[]): Graph {
  return { inputs, outputs, nodes: ancestors(outputs) };
}

/** All nodes that `values` depend on with ids above `since`, in topological order. */
export function ancestors(values: readonly (Value | null)[], since = 0): Node[] {
  const seen = new Set<Node>();
  const stack: Node[] = [];
  const visit = (value: Value | null): void => {
    const node = value?.node;
    if (!node || node.id <= since || seen.has(node)) return;
    seen.add(node);
    stack.push(node);
  };
  values.forEach(visit);
  for (let node = stack.pop(); node; node = stack.pop()) node.inputs.forEach(visit);
  return [...seen].sort((a, b) => a.id - b.id);
}
