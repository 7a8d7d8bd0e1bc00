import { z } from "zod";

/** What other tools call members of a schema, and what is to be said in its place: too far from it to be found as a slip. */
export const otherNames = z.registry<Readonly<Record<string, string>>>();
