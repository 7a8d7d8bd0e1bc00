import { z } from "zod";
import type { ParsedDataset } from "./parsed.ts";

type Known = Pick<ParsedDataset, "columns" | "categories">;

/**
 * The names of columns and classes as metadata of the dataset's safetensors file: they belong to its content, so that equal ids mean
 * equal columns, too, and a dataset that is read back and uploaded again is the same.
 */
export function metadataOf({ columns, categories }: Known): Record<string, string> {
  const sorted = (names: Readonly<Record<string, readonly string[]>>): string =>
    JSON.stringify(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...(columns && { columns: sorted(columns) }), ...(categories && { categories: sorted(categories) }) };
}

/** What such metadata say. Metadata of others are left out: they say nothing of the numbers. */
export function namesIn(metadata: Readonly<Record<string, string>>, tensors: ReadonlyMap<string, unknown>): Known {
  return { columns: readNames(metadata.columns, tensors), categories: readNames(metadata.categories, tensors) };
}

const Entries = z.array(z.tuple([z.string(), z.array(z.string())]));

function readNames(text: string | undefined, tensors: ReadonlyMap<string, unknown>): Record<string, string[]> | undefined {
  if (text === undefined) return undefined;
  try {
    const entries = Entries.parse(JSON.parse(text));
    return entries.every(([name]) => tensors.has(name)) ? Object.fromEntries(entries) : undefined;
  } catch {
    return undefined;
  }
}
