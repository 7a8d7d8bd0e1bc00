import { pointerTo, problemAt } from "../../problems/problems.ts";
import type { ItemRequest } from "../items.ts";
import type { Worth } from "../submission.ts";

/** An item that is worth points. */
export interface Required {
  readonly request: ItemRequest;
  readonly points: number;
}

/** The items that a request says are worth something. */
export function requiredItems(worth: Worth): Required[] {
  const named = (kind: "output" | "node" | "gradient", member: "outputs" | "nodes" | "gradients"): Required[] =>
    Object.entries(worth[member] ?? {}).map(([name, points]) => ({
      request: { kind, name, pointer: `/worth/${member}${pointerTo(name)}` },
      points,
    }));
  const edges = (worth.edges ?? []).map(({ from, to, input, points }, at): Required => ({
    request: { kind: "edge", from, to, input, pointer: `/worth/edges/${at}` },
    points,
  }));
  const all = [...named("output", "outputs"), ...named("node", "nodes"), ...named("gradient", "gradients"), ...edges];
  if (all.every(({ points }) => points === 0))
    throw problemAt("invalid_request", "/worth", "At least one item must be worth more than 0 points");
  return all;
}
