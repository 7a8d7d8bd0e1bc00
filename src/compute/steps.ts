import type { Node, Value } from "../ir/graph.ts";
import type { Program } from "../program/program.ts";
import { isFloating } from "../tensor/dtype.ts";
import type { Derivatives } from "./differentiate.ts";

/** Ids of the steps of a run, by which what is graded, drawn and told of it refers to each other. */
export const stepId = {
  /** A value is computed. */
  forward: (name: string): string => `forward/${name}`,
  /** The gradient starts at the objective. */
  seed: (name: string): string => `seed/${name}`,
  /** A node passes gradients back to its inputs. */
  backward: (node: string): string => `backward/${node}`,
  /** What comes back to a value along several edges is added. */
  sum: (name: string): string => `sum/${name}`,
};

/** Consumptions along which gradients may flow. */
interface Flowing {
  readonly from: { readonly value: Value };
}

/** The way of a run that is told. */
interface Way<N, E> {
  /** The nodes that lead to the objective, in forward order. */
  readonly forward: readonly N[];
  /** The edges along which gradients flow from the objective back to what is asked for, in forward order. */
  readonly flowing: readonly E[];
}

/** Finds the way of a run. `flowsInto` are the edges into a node along which a gradient flows. */
export function wayOf<N extends { readonly node: Node }, E extends Flowing>(
  nodes: readonly N[],
  flowsInto: (node: N) => readonly E[],
  objective: Value,
  wrt: readonly Value[],
): Way<N, E> {
  const leading = new Set([objective]);
  const forward = nodes
    .toReversed()
    .filter(({ node }) => {
      if (!node.outputs.some((value) => leading.has(value))) return false;
      for (const value of node.inputs) if (value !== null) leading.add(value);
      return true;
    })
    .toReversed();
  const reached = new Set(wrt);
  const flowing: E[] = [];
  for (const each of forward) {
    for (const edge of flowsInto(each)) {
      if (!reached.has(edge.from.value)) continue;
      flowing.push(edge);
      for (const value of each.node.outputs) reached.add(value);
    }
  }
  return { forward, flowing };
}

/** What a step is looked for by: a value that is computed, the gradient of one, or an edge into a node. */
export type StepSubject =
  | { readonly kind: "value" | "gradient"; readonly value: Value }
  | { readonly kind: "edge"; readonly to: string; readonly input: number };

/** Finds the steps to which parts of a program belong, where gradients by all of its inputs are told; null where none is told. */
export function stepFinder(program: Program, objective: Value, derivatives: Derivatives | null): (subject: StepSubject) => string | null {
  const wrt = program.inputs.filter(({ value, role }) => isFloating(value.dtype) && value.known === null && role !== "buffer");
  const names = new Map(program.values.map(({ name, value }) => [value, name]));
  const flowsInto = ({ name, node }: Program["nodes"][number]) =>
    node.inputs.flatMap((value, input) =>
      value === null || (derivatives?.flows.get(node)?.[input] ?? null) === null ? [] : [{ from: { value }, to: name, input }],
    );
  const { forward, flowing } = wayOf(
    program.nodes,
    flowsInto,
    objective,
    wrt.map(({ value }) => value),
  );
  const computedBy = new Map(forward.flatMap(({ name, node }) => node.outputs.map((value) => [value, name] as const)));
  const inputsOf = new Map<string, Set<number>>();
  for (const { to, input } of flowing) inputsOf.set(to, (inputsOf.get(to) ?? new Set<number>()).add(input));
  const uses = Map.groupBy(flowing, ({ from }) => from.value);
  return (subject) => {
    if (subject.kind === "edge") return inputsOf.get(subject.to)?.has(subject.input) ? stepId.backward(subject.to) : null;
    const { kind, value } = subject;
    if (kind === "value") {
      const node = computedBy.get(value);
      return node === undefined ? null : stepId.forward(node);
    }
    const name = names.get(value);
    if (name === undefined) return null;
    if (value === objective) return stepId.seed(name);
    const [first, ...others] = uses.get(value) ?? [];
    if (first === undefined) return null;
    return others.length === 0 ? stepId.backward(first.to) : stepId.sum(name);
  };
}
