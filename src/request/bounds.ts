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

/** What of a schema is bounded: itself, and what lies under its members. */
interface Bounded {
  readonly bound: Bound | undefined;
  readonly members: readonly { readonly name: string; readonly pointer: string; readonly bounded: Bounded }[];
}

/** Every schema is looked through once; null where nothing is bounded. */
const known = new WeakMap<z.core.$ZodType, Bounded | null>();

function boundedBy(schema: z.core.$ZodType): Bounded | null {
  const before = known.get(schema);
  if (before !== undefined) return before;
  // A schema that holds itself is not looked through again.
  known.set(schema, null);
  const bound = bounds.get(schema);
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) inner = inner.unwrap();
  const shape: Readonly<Record<string, z.core.$ZodType>> = inner instanceof z.ZodObject ? inner.shape : {};
  const members = Object.entries(shape).flatMap(([name, member]) => {
    const bounded = boundedBy(member);
    return bounded === null ? [] : [{ name, pointer: pointerTo(name), bounded }];
  });
  const found = bound === undefined && members.length === 0 ? null : { bound, members };
  known.set(schema, found);
  return found;
}

/** Refuses what exceeds a bound before the schema looks at each of the members. Whatever else is wrong is not its concern. */
export function requireBounds(schema: z.core.$ZodType, json: unknown, limits: Limits): void {
  const bounded = boundedBy(schema);
  if (bounded !== null) requireWithin(bounded, json, limits, "");
}

function requireWithin({ bound, members }: Bounded, json: unknown, limits: Limits, pointer: string): void {
  if (typeof json !== "object" || json === null) return;
  if (bound !== undefined) requireCount(json, limits[bound.limit], bound, pointer);
  for (const member of members) {
    if (!Object.hasOwn(json, member.name)) continue;
    requireWithin(member.bounded, (json as Readonly<Record<string, unknown>>)[member.name], limits, pointer + member.pointer);
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
