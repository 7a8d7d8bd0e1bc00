import { didYouMean, type NodeGroup } from "../../program/draft.ts";
import { nearest } from "../../problems/nearest.ts";
import { pointerTo, problemAt } from "../../problems/problems.ts";
import type { Portrait } from "../portrait.ts";

/** Which groups are drawn as one box, and which are opened all the same. */
export interface Folding {
  readonly collapse: "auto" | "none" | "all" | readonly string[];
  readonly open: readonly string[];
}

/** How a segment is called: by the numbers of its first and last unit. */
const segmentName = /^\d+-\d+$/;

/** Refuses names of groups that the program has not. */
export function requireGroups({ nodes }: Portrait, { collapse, open }: Folding): void {
  if (typeof collapse === "string" && open.length === 0) return;
  const groups = new Set<NodeGroup>();
  for (const { place } of nodes) for (let at = place.group ?? null; at !== null; at = at.within) groups.add(at);
  const names = new Set(Array.from(groups, ({ name, title }) => [name, title]).flat());
  const check = (name: string, pointer: string, isSegment: boolean): void => {
    if (names.has(name) || (isSegment && segmentName.test(name))) return;
    const meant = nearest(name, [...names]);
    const there = names.size === 0 ? ": it has no groups" : didYouMean(meant);
    throw problemAt("unknown_output", pointer, `The program has no group named ${name}${there}`, meant[0]);
  };
  if (typeof collapse !== "string") collapse.forEach((name, at) => check(name, pointerTo("collapse", at), false));
  open.forEach((name, at) => check(name, pointerTo("open", at), true));
}
