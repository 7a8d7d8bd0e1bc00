import type { Claims, Submission, Worth } from "../submission.ts";
import type { Limits } from "../../request/limits.ts";
import { pointerTo, problemAt } from "../../problems/problems.ts";
import { decodeTensor, type GivenTensor } from "../../request/tensor.ts";
import type { ItemRequest } from "../items.ts";

/** An item that a submission claims to know. */
export interface ClaimedItem {
  readonly request: ItemRequest;
  readonly tensor: GivenTensor;
}

/** Everything that a submission claims at one point, in the order outputs, nodes, gradients, edges. Throws Problem. */
export function claimsOf(claims: Claims, pointer: string, limits: Limits): ClaimedItem[] {
  const named = (kind: "output" | "node" | "gradient", member: "outputs" | "nodes" | "gradients"): ClaimedItem[] =>
    Object.entries(claims[member] ?? {}).map(([name, json]) => {
      const place = `${pointer}/${member}${pointerTo(name)}`;
      return { request: { kind, name, pointer: place }, tensor: decodeTensor(json, place, limits) };
    });
  const edges = (claims.edges ?? []).map(({ from, to, input, gradient }, at): ClaimedItem => {
    const place = `${pointer}/edges/${at}`;
    return { request: { kind: "edge", from, to, input, pointer: place }, tensor: decodeTensor(gradient, `${place}/gradient`, limits) };
  });
  return [...named("output", "outputs"), ...named("node", "nodes"), ...named("gradient", "gradients"), ...edges];
}

/** The claims of a submission by point; one entry when the request has no points. */
export function claimsByPoint(submission: Submission, pointer: string, limits: Limits): ClaimedItem[][] {
  const { id: _, points, ...single } = submission;
  if (points === undefined) return [claimsOf(single, pointer, limits)];
  return points.map((claims, at) => claimsOf(claims, `${pointer}/points/${at}`, limits));
}

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
