import type { Limits } from "./limits.ts";
import { Problem, type ProblemCode } from "../problems/problems.ts";

/** Refuses lists and objects with too many members before a schema looks at each of them. Whatever else is wrong is not its concern. */
export function requireCounts(json: unknown, limits: Limits): void {
  const nodes = member(json, "graph", "nodes");
  requireCount(nodes, limits.nodes, "/graph/nodes", "nodes", "too_many_nodes");
  requireCount(member(json, "network", "layers"), limits.nodes, "/network/layers", "layers", "too_many_nodes");
  requireCount(member(json, "points"), limits.points, "/points", "points", "invalid_request");
  for (const path of [
    ["inputs"],
    ["parameters"],
    ["wrt"],
    ["gradients"],
    ["generate"],
    ["graph", "inputs"],
    ["graph", "constants"],
    ["graph", "outputs"],
  ]) {
    requireCount(member(json, ...path), limits.nodes, `/${path.join("/")}`, "members", "invalid_request");
  }
}

function member(json: unknown, ...path: readonly string[]): unknown {
  let found = json;
  for (const name of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}

function requireCount(list: unknown, most: number, pointer: string, what: string, code: ProblemCode): void {
  if (typeof list !== "object" || list === null) return;
  let count = 0;
  if (Array.isArray(list)) count = list.length;
  else for (const _ in list) count++;
  if (count <= most) return;
  const detail = `There are ${count} ${what}, and at most ${most} are taken`;
  throw new Problem(code, detail, [{ pointer, detail }]);
}
