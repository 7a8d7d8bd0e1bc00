import { nearest } from "../../problems/nearest.ts";
import { pointerTo, problemAt } from "../../problems/problems.ts";
import { didYouMean, type Draft, type DraftNode } from "../draft.ts";

/** The draft that computes `outputs` and nothing that they do not need. Throws the problem unknown_output for names that it does not have. */
export function restricted(draft: Draft, outputs: readonly string[]): Draft {
  const producers = new Map<string, DraftNode>();
  for (const node of draft.nodes) for (const name of node.names) if (name !== null) producers.set(name, node);
  const sources = new Set([...draft.inputs, ...draft.constants].map(({ name }) => name));
  outputs.forEach((name, at) => {
    if (producers.has(name) || sources.has(name)) return;
    const meant = nearest(name, producers.keys());
    throw problemAt("unknown_output", pointerTo("outputs", at), `The program has no value named ${name}${didYouMean(meant)}`, meant[0]);
  });

  const needed = new Set<DraftNode>();
  const used = new Set<string>();
  const open = [...outputs];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    used.add(name);
    const node = producers.get(name);
    if (node === undefined || needed.has(node)) continue;
    needed.add(node);
    for (const operand of node.inputs) if (typeof operand === "string") open.push(operand);
  }
  const places = new Map(draft.nodes.map((node, at) => [node, at]));
  const nodes = draft.nodes.filter((node) => needed.has(node));
  return {
    inputs: draft.inputs.filter(({ name }) => used.has(name)),
    constants: draft.constants.filter(({ name }) => used.has(name)),
    nodes,
    outputs,
    // Nodes stand where they stood.
    locate: (part, at, ...rest) =>
      part === "nodes" && typeof at === "number"
        ? draft.locate(part, places.get(nodes[at]) ?? at, ...rest)
        : draft.locate(part, ...(at === undefined ? [] : [at]), ...rest),
  };
}
