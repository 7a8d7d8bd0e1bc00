import type { ProgramSource } from "../../program/source.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { Portrait, PortrayedNode } from "../portrait.ts";

/** The layer of a network that a node belongs to. */
export interface LayerFacts {
  /** From 0; null for the loss. */
  readonly index: number | null;
  /** The client's name for it; null where it has none. */
  readonly name: string | null;
  /** Such as Linear(2 → 4). */
  readonly title: string;
}

/** Finds the layers of nodes by the places where the client wrote them. */
export function layersOf(source: ProgramSource, { nodes, edges }: Portrait): (node: PortrayedNode) => LayerFacts | null {
  if (source.kind !== "network") return () => null;
  const { layers, loss } = source.source;
  const byPlace = Map.groupBy(nodes, ({ place }) => place.pointer);
  const learning = new Set(edges.flatMap(({ from, to }) => (from.role === "parameter" ? [to.place.pointer] : [])));
  const known = new Map<string, LayerFacts>();
  layers.forEach((layer, index) => {
    const pointer = `/network/layers/${index}`;
    const own = byPlace.get(pointer);
    if (own === undefined) return;
    const { type, name } = layer;
    const sizes = learning.has(pointer) ? widthsOf(own) : "";
    known.set(pointer, { index, name: typeof name === "string" ? name : null, title: `${type}${sizes}` });
  });
  if (loss !== undefined) known.set("/network/loss", { index: null, name: null, title: loss.type });
  return ({ place }) => known.get(place.pointer) ?? null;
}

/** How many features go in and come out, where both are known. */
function widthsOf(nodes: readonly PortrayedNode[]): string {
  const before = nodes[0].node.inputs.find((value) => value !== null && isFloating(value.dtype))?.shape.at(-1);
  const after = nodes.at(-1)?.node.outputs[0].shape.at(-1);
  return before === undefined || after === undefined ? "" : `(${before} → ${after})`;
}
