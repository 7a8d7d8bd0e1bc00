import type { Graphviz } from "@hpcc-js/wasm-graphviz";
import { account } from "../../memory/account.ts";

/** What its memory has grown to for the largest graphs that are laid out, in bytes. It never shrinks. */
const memoryBytes = 28 * 2 ** 20;

let graphviz: Graphviz | null = null;
let isCounted = false;

/** Loads Graphviz into the thread, once: only whoever draws needs it. */
export async function loadGraphviz(): Promise<void> {
  if (graphviz !== null) return;
  const library = await import("@hpcc-js/wasm-graphviz");
  graphviz = await library.Graphviz.load();
}

/** Has Graphviz lay a graph out, and answers with its JSON. */
export function runGraphviz(dot: string): string {
  if (graphviz === null) throw new Error("Graphviz has not been loaded");
  if (!isCounted) account().hold(memoryBytes);
  isCounted = true;
  return graphviz.layout(dot, "json", "dot");
}
