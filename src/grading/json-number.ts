import { z } from "zod";

/** A number as JSON can have it. */
export const JsonNumber = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);
export type JsonNumber = z.output<typeof JsonNumber>;

export const jsonNumber = (x: number): JsonNumber => (Number.isFinite(x) ? x : Number.isNaN(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity");
