import type { Graphviz } from "@hpcc-js/wasm-graphviz";

let graphviz: Graphviz | null = null;

/** Loads Graphviz into the thread, once: only whoever draws needs it. */
export async function loadGraphviz(): Promise<void> {
  if (graphviz !== null) return;
  const library = await import("@hpcc-js/wasm-graphviz");
  graphviz = await library.Graphviz.load();
}

/** Has Graphviz lay a graph out, and answers with its JSON. */
export function runGraphviz(dot: string): string {
  if (graphviz === null) throw new Error("Graphviz has not been loaded");
  return graphviz.layout(dot, "json", "dot");
}
