import type { Program } from "../program/program.ts";
import type { Value } from "../ir/graph.ts";
import type { Derivatives } from "./differentiate.ts";

/** Where a NaN or an infinity first appeared: in a node that had only finite numbers to work on. */
export interface Nonfinite {
  readonly node: string;
  readonly pass: "forward" | "backward";
}

/** What to watch while a program runs, and how to read the findings. */
export interface Watch {
  readonly values: readonly Value[];
  /** `nonfinite` has one flag per watched value. */
  readonly firstIn: (nonfinite: Uint8Array) => Nonfinite | null;
}

/** Watches every named value, and every edge's gradient when there is a backward pass. */
export function watch(program: Program, derivatives: Derivatives | null): Watch {
  const values = program.values.map(({ value }) => value);
  for (const gradients of derivatives?.flows.values() ?? []) for (const gradient of gradients) if (gradient !== null) values.push(gradient);
  return { values, firstIn: (nonfinite) => (nonfinite.includes(1) ? search(program, derivatives, values, nonfinite) : null) };
}

function search(program: Program, derivatives: Derivatives | null, values: readonly Value[], nonfinite: Uint8Array): Nonfinite | null {
  const found = new Set(values.filter((_, at) => nonfinite[at] === 1));
  const isBad = (value: Value | null): boolean => value !== null && found.has(value);
  for (const { name, node } of program.nodes) {
    if (node.outputs.some(isBad) && !node.inputs.some(isBad)) return { node: name, pass: "forward" };
  }
  if (derivatives === null) return null;
  const names = new Map(program.nodes.map(({ name, node }) => [node, name]));
  for (const [node, leaving] of derivatives.flows) {
    const arriving = node.outputs.map(derivatives.gradientOf);
    if (leaving.some(isBad) && ![...arriving, ...node.inputs, ...node.outputs].some(isBad))
      return { node: names.get(node) ?? node.op, pass: "backward" };
  }
  return null;
}
