import { z } from "zod";
import { defineTask, nothing } from "../../tasks/define.ts";
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";

import { ChosenArrays } from "./chosen-arrays.ts";
import { ColumnRoles } from "./columns.ts";
import type { ReadOptions } from "./formats/define.ts";
import { missingPolicies } from "./missing.ts";
import { thousandsMarks } from "./notation.ts";
import { textEncodings } from "./encodings.ts";
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
  encoding: z.enum(textEncodings).optional(),
  header: z.boolean().optional(),
  indexColumn: z.boolean().optional(),
  delimiter: z.string().optional(),
  decimal: z.enum([".", ","]).optional(),
  thousands: z.enum(thousandsMarks).optional(),
  comment: z.string().optional(),
  skipLines: z.int().optional(),
  missing: z.enum(missingPolicies).optional(),
  missingValues: z.array(z.string()).optional(),
  columns: ColumnRoles.optional(),
  arrays: ChosenArrays.optional(),
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
      const format = formatOf(upload.path, upload.format, upload);
      requireSuited(upload, format);
      const parsed = parseFile(upload.path, format, upload, { maxBytes: upload.maxBytes, cancelled });
      const facts: Parsed = { ...writeBlob(upload.blobPath, parsed, cancelled), description: describe(parsed, format) };
      return { content: { kind: "nothing" }, facts };
    },
});

/** Members of the query, by what they are called inside. */
const queryNames = {
  encoding: "encoding",
  header: "header",
  indexColumn: "index_column",
  delimiter: "delimiter",
  decimal: "decimal",
  thousands: "thousands",
  comment: "comment",
  skipLines: "skip_lines",
  missing: "missing",
  missingValues: "missing_values",
  columns: "columns",
  arrays: "arrays",
} as const satisfies Record<keyof ReadOptions, string>;

/** Refuses options that say nothing of files of this format, and marks that exclude each other. */
function requireSuited(upload: Upload, format: DatasetFormat): void {
  const { options } = formatNamed(format);
  const names = Object.keys(queryNames) as (keyof ReadOptions)[];
  const strange = names.find((name) => upload[name] !== undefined && !options.includes(name));
  if (strange !== undefined) {
    const advice =
      strange === "columns" ? "; arrays chooses among its arrays" : strange === "arrays" ? "; columns chooses among its columns" : "";
    throw problemAt(
      "invalid_request",
      `/${queryNames[strange]}`,
      `${queryNames[strange]} does not go with ${format}, which the file is${advice}`,
    );
  }
  const { decimal = ".", thousands } = upload;
  if (thousands === decimal && options.includes("thousands")) {
    throw problemAt("invalid_request", "/thousands", `The mark of thousands and that of decimals are both ${JSON.stringify(decimal)}`);
  }
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
    ...(reading && { read: reading }),
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
