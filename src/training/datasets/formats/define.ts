import { statSync } from "node:fs";
import { chargedFile } from "../../files.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { type Allowance, fault, type ParsedDataset } from "../parsed.ts";
import type { ColumnRoles } from "../columns.ts";
import type { TensorSource } from "../../safetensors.ts";

/** A format of files that datasets are read from. */
export interface FileFormat {
  readonly name: string;
  /** Its name in a sentence. */
  readonly title: string;
  /** Whether a file that is not empty begins as those of the format do. Throws invalid_dataset where it is nearly so. */
  readonly begins: (start: Buffer) => boolean;
  /** Whether a client may say how header, cells and columns are to be read. */
  readonly hasColumns: boolean;
  /** Throws invalid_dataset, invalid_request, body_too_large. */
  readonly parse: (path: string, options: TableOptions, allowance: Allowance) => ParsedDataset;
}

/** How a table is to be read. */
export interface TableOptions {
  /** Whether the first line names the columns; left out, it does when no cell of it is a number. */
  readonly header?: boolean | undefined;
  /** One ASCII character; left out, it is told from the first line. */
  readonly delimiter?: string | undefined;
  readonly columns?: ColumnRoles | undefined;
}

/** Whether bytes begin with those of a text in latin1. */
export const beginsWith = (start: Buffer, text: string): boolean => start.subarray(0, text.length).equals(Buffer.from(text, "latin1"));

/** The text that a file begins with, without marks and blanks before it. */
export const textOf = (start: Buffer): string =>
  start
    .toString()
    .replace(/^\uFEFF/, "")
    .trimStart();

/** Files that are read as a whole have at most so many bytes: Node reads no more. */
const mostWholeBytes = 2 ** 31 - 1;

export function wholeFile(path: string): Buffer {
  const { size } = statSync(path);
  if (size > mostWholeBytes) throw fault("The file", `it has ${size} bytes, and files of this format are read up to ${mostWholeBytes}`);
  return chargedFile(path);
}

/** A tensor that is in memory as a whole. */
export const wholeSource = (name: string, { dtype, shape, data }: Tensor): TensorSource => ({ name, dtype, shape, parts: () => [data] });

/** The dataset of a file that holds one tensor without a name. */
export const onlyTensor = (tensor: Tensor): ParsedDataset => ({ tensors: [wholeSource("data", tensor)] });
