import { z } from "zod";
import type { ProblemCode } from "../problems/catalogue.ts";
import { pointerTo, Problem } from "../problems/problems.ts";
import type { Limits } from "./limits.ts";

/** A list or an object has no more members than a limit of the service allows. */
interface Bound {
  readonly limit: "nodes" | "points";
  /** What is counted. */
  readonly what: string;
  readonly code?: ProblemCode;
}

/** The bounds of members' schemas. Each service sets its own limits, so that these are no part of the contract. */
export const bounds = z.registry<Bound>();

/** Of tensors by name, and of names: a program has no more of them than nodes. */
export const boundOfNames: Bound = { limit: "nodes", what: "members" };
export const boundOfPoints: Bound = { limit: "points", what: "points" };

/** Refuses what exceeds a bound before the schema looks at each of the members. Whatever else is wrong is not its concern. */
export function requireBounds(schema: z.core.$ZodType, json: unknown, limits: Limits, pointer = ""): void {
  if (typeof json !== "object" || json === null) return;
  const bound = bounds.get(schema);
  if (bound !== undefined) requireCount(json, limits[bound.limit], bound, pointer);
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) inner = inner.unwrap();
  if (!(inner instanceof z.ZodObject)) return;
  const members = json as Readonly<Record<string, unknown>>;
  for (const [name, member] of Object.entries<z.core.$ZodType>(inner.shape)) {
    if (Object.hasOwn(members, name)) requireBounds(member, members[name], limits, pointer + pointerTo(name));
  }
}

function requireCount(list: object, most: number, { what, code = "invalid_request" }: Bound, pointer: string): void {
  let count = 0;
  if (Array.isArray(list)) count = list.length;
  else for (const _ in list) count++;
  if (count <= most) return;
  const detail = `There are ${count} ${what}, and at most ${most} are taken`;
  throw new Problem(code, detail, [{ pointer, detail }]);
}
