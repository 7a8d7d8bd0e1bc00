import type { Role } from "./client.ts";

/** What the routes of the service are about; the names are those of the groups of the contract. */
export type Concern = "compute" | "grading" | "catalogue" | "graphs" | "jobs" | "datasets" | "operations";

/**
 * What each role may do at all. Beyond it counts whose things are meant: a user and a grader have their own, and an admin everybody's. A
 * grader's key lies in scripts that anybody who corrects may read, so it opens nothing that lasts but the graphs it judges by.
 */
const rights: Readonly<Record<Role, ReadonlySet<Concern>>> = {
  user: new Set(["compute", "grading", "catalogue", "graphs", "jobs", "datasets", "operations"]),
  grader: new Set(["compute", "grading", "catalogue", "graphs", "operations"]),
  admin: new Set(["compute", "grading", "catalogue", "graphs", "jobs", "datasets", "operations"]),
};

export const mayUse = (role: Role, concern: string): boolean => [...rights[role]].some((each) => each === concern);
