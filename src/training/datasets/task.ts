import { z } from "zod";
import { defineTask, nothing } from "../../tasks/define.ts";
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";

import { ColumnRoles } from "./columns.ts";
import type { DatasetView } from "./schema.ts";
import { problem, problemAt } from "../../problems/problems.ts";
import { metadataOf } from "./metadata.ts";
import { safetensorsPieces } from "../safetensors.ts";
import { type DatasetFormat, datasetFormats, formatNamed, formatOf } from "./formats.ts";
import { parseFile } from "./parse.ts";
import { Abandoned, type ParsedDataset } from "./parsed.ts";

/** An upload that lies in a file. */
const Upload = z.strictObject({
  /** The file, which is not compressed. */
  path: z.string(),
  /** Where the safetensors file of the dataset is to be written. */
  blobPath: z.string(),
  maxBytes: z.number(),
  format: z.enum(datasetFormats).optional(),
  header: z.boolean().optional(),
  delimiter: z.string().optional(),
  columns: ColumnRoles.optional(),
});
type Upload = z.output<typeof Upload>;

/** What was read, and the digest and length of the file that was written. */
export interface Parsed {
  readonly digest: string;
  readonly bytes: number;
  readonly description: Omit<DatasetView, "id" | "object" | "name" | "bytes" | "created_at">;
}

/** Reads an upload and writes its dataset. Run again, it does the same again. */
export const parseDataset = defineTask({
  name: "parseDataset",
  parameters: Upload,
  body: nothing,
  prepare:
    () =>
    (_body, { parameters: upload, cancelled }) => {
      const format = upload.format ?? formatOf(upload.path);
      if (!formatNamed(format).hasColumns) requireNoTableOptions(upload, format);
      const parsed = parseFile(upload.path, format, upload, { maxBytes: upload.maxBytes, cancelled });
      const facts: Parsed = { ...writeBlob(upload.blobPath, parsed, cancelled), description: describe(parsed, format) };
      return { content: { kind: "nothing" }, facts };
    },
});

function requireNoTableOptions(upload: Upload, format: DatasetFormat): void {
  const given = (["header", "delimiter", "columns"] as const).find((name) => upload[name] !== undefined);
  if (given !== undefined) throw problemAt("invalid_request", `/${given}`, `${given} is for CSV only, and the file is ${format}`);
}

function describe(
  { tensors, rows, columns, categories, reading }: ParsedDataset & { rows: number },
  format: DatasetFormat,
): Parsed["description"] {
  return {
    format,
    rows,
    tensors: tensors.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype })),
    ...(columns && { columns: copied(columns) }),
    ...(categories && { categories: copied(categories) }),
    ...reading,
  };
}

const copied = (names: Readonly<Record<string, readonly string[]>>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(names).map(([name, list]) => [name, [...list]]));

function writeBlob(path: string, parsed: ParsedDataset, cancelled: () => boolean): Pick<Parsed, "digest" | "bytes"> {
  const hash = createHash("sha256");
  const file = openSync(path, "w");
  let bytes = 0;
  try {
    for (const piece of safetensorsPieces(parsed.tensors, metadataOf(parsed))) {
      if (cancelled()) throw new Abandoned();
      hash.update(piece);
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
      bytes += piece.length;
    }
  } catch (error) {
    if (isDiskFull(error)) throw problem("storage_full", "There is no room left on the disk for the dataset");
    throw error;
  } finally {
    closeSync(file);
  }
  return { digest: hash.digest("hex"), bytes };
}

/** Whether an error says that the disk, or this user's share of it, is full. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
