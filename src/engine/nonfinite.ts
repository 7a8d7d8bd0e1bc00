import type { Program } from "../graph/program.ts";
import type { Value } from "../ir/graph.ts";
import type { Derivatives } from "./differentiate.ts";

/** Where a NaN or an infinity first appeared: in a node that had only finite numbers to work on. */
export interface Nonfinite {
  readonly node: string;
  readonly pass: "forward" | "backward";
}

interface Check {
  readonly place: Nonfinite;
  /** Positions among the watched values. */
  readonly results: readonly number[];
  readonly sources: readonly number[];
}

/** What to watch while a program runs, and how to read the findings. */
export interface Watch {
  readonly values: readonly Value[];
  /** `nonfinite` has one flag per watched value. */
  readonly firstIn: (nonfinite: Uint8Array) => Nonfinite | null;
}

/** Watches every node's results, and every edge's gradient when there is a backward pass. */
export function watch(program: Program, derivatives: Derivatives | null): Watch {
  const positions = new Map<Value, number>();
  const positionOf = (value: Value): number => {
    let position = positions.get(value);
    if (position === undefined) positions.set(value, (position = positions.size));
    return position;
  };
  const present = (values: readonly (Value | null)[]): number[] => values.flatMap((value) => (value === null ? [] : [positionOf(value)]));
  const names = new Map(program.nodes.map(({ name, node }) => [node, name]));
  const checks: Check[] = program.nodes.map(({ name, node }) => ({
    place: { node: name, pass: "forward" },
    results: present(node.outputs),
    sources: present(node.inputs),
  }));
  for (const { to, gradient, arriving } of derivatives?.flows ?? []) {
    checks.push({
      place: { node: names.get(to) ?? to.op, pass: "backward" },
      results: [positionOf(gradient)],
      sources: present([...arriving, ...to.inputs, ...to.outputs]),
    });
  }
  const firstIn = (nonfinite: Uint8Array): Nonfinite | null => {
    if (!nonfinite.includes(1)) return null;
    const bad = (position: number): boolean => nonfinite[position] === 1;
    return checks.find(({ results, sources }) => results.some(bad) && !sources.some(bad))?.place ?? null;
  };
  return { values: [...positions.keys()], firstIn };
}
