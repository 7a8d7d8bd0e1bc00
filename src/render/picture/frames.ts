import type { Value } from "../../ir/graph.ts";
import type { NodeGroup } from "../../program/draft.ts";
import type { Portrait } from "../portrait.ts";
import { smallSize } from "./blocks.ts";
import { shortened, widthOf } from "./font.ts";
import type { NamedFrame, Piece, Wire } from "./scene.ts";
import type { Units } from "./units.ts";

interface Drawn {
  readonly pieces: readonly Piece[];
  readonly wires: readonly Wire[];
}

const widest = 160;
const labelHeight = 14;

/** A frame around the pieces of each group that is open. */
export function framesOf(
  { units }: Units,
  { pieces: drawn, wires }: Drawn,
  { values }: Portrait,
  places: ReadonlyMap<Value, number>,
): NamedFrame[] {
  const groups = new Map<number, NodeGroup>();
  units.forEach((unit, at) => {
    const group = unit.kind === "node" ? (unit.node.place.group ?? null) : unit.within;
    if (group !== null) groups.set(at, group);
  });
  if (groups.size === 0) return [];
  // Parameters, literals and copies stand beside what takes them; those that a closed box holds have no piece of their own.
  const takers = Map.groupBy(wires, ({ from }) => from);
  const sources = values
    .flatMap(({ value, role }) => (role === "node" || role === "input" ? [] : (places.get(value) ?? [])))
    .filter((at) => at >= units.length);
  const copies = drawn.flatMap(({ kind }, at) => (kind === "copy" ? [at] : []));
  for (const at of [...sources, ...copies]) {
    const [taker, ...others] = new Set((takers.get(at) ?? []).map(({ to }) => groups.get(to)));
    if (taker !== undefined && others.length === 0) groups.set(at, taker);
  }
  const pieces = new Map<NodeGroup | null, number[]>();
  for (const [at, group] of groups) listed(pieces, group, at);
  const inner = new Map<NodeGroup | null, Set<NodeGroup>>();
  for (const group of groups.values()) {
    for (let at: NodeGroup | null = group; at !== null; at = at.within) {
      const within = inner.get(at.within) ?? new Set();
      inner.set(at.within, within.add(at));
    }
  }
  const links = new Map<NodeGroup | null, number[]>();
  wires.forEach(({ from, to }, at) => listed(links, common(groups.get(from) ?? null, groups.get(to) ?? null), at));
  const frameOf = (group: NodeGroup): NamedFrame => {
    const text = shortened(group.kind === "layer" ? `${group.title} ${group.name}` : group.title, smallSize, widest);
    return {
      name: group.name,
      text,
      label: { width: widthOf(text, smallSize), height: labelHeight },
      pieces: pieces.get(group) ?? [],
      links: links.get(group) ?? [],
      frames: Array.from(inner.get(group) ?? [], frameOf),
    };
  };
  return Array.from(inner.get(null) ?? [], frameOf);
}

function listed<K>(lists: Map<K, number[]>, key: K, at: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [at]);
  else list.push(at);
}

/** The innermost group that both lie in. */
function common(a: NodeGroup | null, b: NodeGroup | null): NodeGroup | null {
  const around = new Set<NodeGroup>();
  for (let at = a; at !== null; at = at.within) around.add(at);
  for (let at = b; at !== null; at = at.within) if (around.has(at)) return at;
  return null;
}
