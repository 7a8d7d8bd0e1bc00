import type { Answer, Handler } from "../../tasks/context.ts";
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";

import type { ColumnRoles } from "./columns.ts";
import type { Dataset } from "./schema.ts";
import { problem, problemAt } from "../../problems/problems.ts";
import { metadataOf } from "./metadata.ts";
import { safetensorsPieces } from "../safetensors.ts";
import { type DatasetFormat, formatNamed, formatOf } from "./formats.ts";
import { parseFile } from "./parse.ts";
import { Abandoned, type ParsedDataset } from "./parsed.ts";

/** An upload that lies in a file, as the routes hand it to the pool. It has been validated. */
export interface ParseRequest {
  /** The file, which is not compressed. */
  readonly path: string;
  /** Where the safetensors file of the dataset is to be written. */
  readonly blobPath: string;
  readonly maxBytes: number;
  readonly format?: DatasetFormat | undefined;
  readonly header?: boolean | undefined;
  readonly delimiter?: string | undefined;
  readonly columns?: ColumnRoles | undefined;
}

/** The answer: what was read, and the digest and length of the file that was written. */
export interface ParseResult {
  readonly digest: string;
  readonly bytes: number;
  readonly description: Omit<Dataset, "id" | "object" | "name" | "bytes" | "created_at">;
}

/** Reads an upload and writes its dataset. Run again, it does the same again. */
export const parseDatasetTask: Handler = (body, { cancelled }): Answer => {
  const request = JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body)) as ParseRequest;
  const format = request.format ?? formatOf(request.path);
  if (!formatNamed(format).hasColumns) requireNoTableOptions(request, format);
  const parsed = parseFile(request.path, format, request, { maxBytes: request.maxBytes, cancelled });
  const written = writeBlob(request.blobPath, parsed, cancelled);
  const result: ParseResult = { ...written, description: describe(parsed, format) };
  return { status: 200, contentType: "application/json; charset=utf-8", body: JSON.stringify(result) };
};

function requireNoTableOptions(request: ParseRequest, format: DatasetFormat): void {
  const given = (["header", "delimiter", "columns"] as const).find((name) => request[name] !== undefined);
  if (given !== undefined) throw problemAt("invalid_request", `/${given}`, `${given} is for CSV only, and the file is ${format}`);
}

function describe(
  { tensors, rows, columns, categories, reading }: ParsedDataset & { rows: number },
  format: DatasetFormat,
): ParseResult["description"] {
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

function writeBlob(path: string, parsed: ParsedDataset, cancelled: () => boolean): Pick<ParseResult, "digest" | "bytes"> {
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
