import type { Allowance, ParsedDataset } from "../parsed.ts";
import { chosen, type ChosenArrays } from "../chosen-arrays.ts";
import type { ColumnRoles } from "../columns.ts";
import type { LayoutOptions } from "../table-layout.ts";
import type { MissingPolicy } from "../missing.ts";
import type { RecordOptions } from "../records.ts";
import type { TensorSource } from "../../safetensors.ts";

/** A format of files that datasets are read from. */
export interface FileFormat {
  readonly name: string;
  /** Its name in a sentence. */
  readonly title: string;
  /** Whether a file that is not empty begins as those of the format do. */
  readonly begins: (start: Buffer) => boolean;
  /** What a client may say of how it is to be read. */
  readonly options: readonly (keyof ReadOptions)[];
  /** Throws invalid_dataset, invalid_request, body_too_large. */
  readonly parse: (path: string, options: ReadOptions, allowance: Allowance) => ParsedDataset;
}

/** How a file is to be read; what is left out is usual, or told from the file. */
export interface ReadOptions extends RecordOptions, LayoutOptions {
  readonly missing?: MissingPolicy | undefined;
  /** The texts that stand for missing values. */
  readonly missingValues?: readonly string[] | undefined;
  readonly columns?: ColumnRoles | undefined;
  readonly arrays?: ChosenArrays | undefined;
}

/** Whether bytes begin with those of a text in latin1. */
export const beginsWith = (start: Buffer, text: string): boolean => start.subarray(0, text.length).equals(Buffer.from(text, "latin1"));

/** The text that a file begins with, without marks and blanks before it. */
export const textOf = (start: Buffer): string =>
  start
    .toString()
    .replace(/^\uFEFF/, "")
    .trimStart();

/** The dataset of a file that holds one array, which has no name: it is `data` unless a client calls it otherwise. */
export function renamed(source: TensorSource, arrays: ChosenArrays | undefined): ParsedDataset {
  return { tensors: chosen(arrays, [source.name]).map(([name]) => ({ ...source, name })) };
}
