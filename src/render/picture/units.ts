import type { Value } from "../../ir/graph.ts";
import type { NodeGroup } from "../../program/draft.ts";
import type { Portrait, PortrayedNode, PortrayedValue } from "../portrait.ts";
import { type Folding, requireGroups } from "./folding.ts";
import { segments } from "./segments.ts";
import { nodesOf, type Unit } from "./unit.ts";

/** What is drawn, closed or open. */
export interface Units {
  readonly units: readonly Unit[];
  /** The unit of each of the portrait's nodes. */
  readonly unitOf: ReadonlyMap<PortrayedNode, number>;
  /** Sources that stand inside a closed unit, by its place. */
  readonly inside: ReadonlyMap<PortrayedValue, number>;
  /** Sources that stand together for want of room. */
  readonly together: readonly PortrayedValue[];
}

/** So many units are drawn without being asked for, and at the most. */
const mostUnasked = 300;
const mostUnits = 2000;
/** With more wires than this, numbers stand in the nodes and not at the wires. */
export const mostNumbered = 700;
/** More inputs than this are drawn as one, where nodes are, and in any case. */
const mostSources = 40;
const mostSourcesBesideNodes = 400;
/** More outputs than this are drawn as one. */
export const mostResults = 60;
/** Edges above this number are drawn as one where they lead from the same unit to the same one. */
export const mostWires = 3500;

/** Decides what is drawn as one. Linear in the size of the graph, without recursion. */
export function unitsOf(portrait: Portrait, folding: Folding): Units {
  requireGroups(portrait, folding);
  const { collapse, open } = folding;
  const isOpen = (group: NodeGroup): boolean => open.includes(group.name) || open.includes(group.title);
  const isNamed = (group: NodeGroup): boolean =>
    Array.isArray(collapse) && (collapse.includes(group.name) || collapse.includes(group.title));
  const byKind = (group: NodeGroup): boolean => collapse === "all" || (collapse === "auto" && group.kind === "layer");
  const isClosed = (group: NodeGroup): boolean => !isOpen(group) && (isNamed(group) || byKind(group));
  const first = grouped(portrait, isClosed);
  const isSmall = first.length <= (collapse === "auto" ? mostUnasked : mostUnits);
  const second = isSmall ? first : grouped(portrait, (group) => !isOpen(group));
  const isDrawn = second.length <= (collapse === "auto" ? mostUnasked : mostUnits) && crossings(portrait, second) <= mostWires;
  return withSources(portrait, isDrawn ? second : segments(second, open));
}

/** How many edges lead from one unit to another, or to one from outside. */
function crossings({ edges }: Portrait, units: readonly Unit[]): number {
  const unitOf = new Map(units.flatMap((unit, at) => nodesOf(unit).map(({ node }) => [node, at] as const)));
  return edges.reduce((sum, { from, to }) => {
    const producer = from.value.node === null ? undefined : unitOf.get(from.value.node);
    return sum + (producer === undefined || producer !== unitOf.get(to.node) ? 1 : 0);
  }, 0);
}

/** One unit per node, or for all nodes of a group that is closed. */
function grouped({ nodes }: Portrait, isClosed: (group: NodeGroup) => boolean): Unit[] {
  const closed = new Map<NodeGroup, NodeGroup | null>();
  const outermost = (group: NodeGroup): NodeGroup | null => {
    const known = closed.get(group);
    if (known !== undefined) return known;
    let found: NodeGroup | null = null;
    for (let at: NodeGroup | null = group; at !== null; at = at.within) if (isClosed(at)) found = at;
    closed.set(group, found);
    return found;
  };
  const units: Unit[] = [];
  const members = new Map<NodeGroup, PortrayedNode[]>();
  for (const node of nodes) {
    const group = node.place.group === undefined ? null : outermost(node.place.group);
    if (group === null) units.push({ kind: "node", node });
    else {
      const own = members.get(group);
      if (own !== undefined) own.push(node);
      else {
        const first = [node];
        members.set(group, first);
        units.push({ kind: group.kind, name: group.name, title: group.title, within: group.within, nodes: first, sources: [] });
      }
    }
  }
  return units;
}

/** Says which sources stand inside units, since nothing else takes them. */
function withSources({ values, edges }: Portrait, units: readonly Unit[]): Units {
  const unitOf = new Map(units.flatMap((unit, at) => nodesOf(unit).map((node) => [node, at] as const)));
  const takers = new Map<Value, number | null>();
  for (const { from, to } of edges) {
    const unit = unitOf.get(to) ?? null;
    const before = takers.get(from.value);
    takers.set(from.value, before === undefined || before === unit ? unit : null);
  }
  const inside = new Map<PortrayedValue, number>();
  const outside: PortrayedValue[] = [];
  for (const value of values) {
    if (value.role === "node") continue;
    const at = takers.get(value.value) ?? null;
    const unit = at === null ? null : units[at];
    const belongs = unit !== null && unit.kind !== "node" && (value.role !== "input" || unit.kind === "segment");
    if (belongs && at !== null && !value.isOutput) {
      inside.set(value, at);
      unit.sources.push(value);
    } else outside.push(value);
  }
  const most = units.some(({ kind }) => kind === "segment") ? mostSources : mostSourcesBesideNodes;
  const named = outside.filter(({ role }) => role !== "literal");
  const together = outside.length > mostSourcesBesideNodes ? outside : named.length > most ? named : [];
  return { units, unitOf, inside, together };
}
