import { statSync } from "node:fs";
import { beginningOf } from "../files.ts";
import { csv } from "./formats/csv.ts";
import type { FileFormat, ReadOptions } from "./formats/define.ts";
import { idx } from "./formats/idx.ts";
import { jsonLines } from "./formats/json-lines.ts";
import { npy } from "./formats/npy.ts";
import { npz } from "./formats/npz.ts";
import { safetensors } from "./formats/safetensors.ts";
import { archiveFault, knownFault } from "./known-files.ts";
import { fault } from "./parsed.ts";
import { markedEncoding } from "./text-file.ts";
import { membersOf } from "./zip.ts";

/** Every format of files that datasets are read from, in the order in which they are documented. A file is of the last of them that it begins as. */
const formats = [csv, jsonLines, npz, npy, idx, safetensors];

export const datasetFormats = formats.map(({ name }) => name);
export type DatasetFormat = (typeof datasetFormats)[number];

/** All of them in a sentence. */
export const formatTitles = formats
  .map(({ title }) => title)
  .join(", ")
  .replace(/, (?=[^,]*$)/, " or ");

const byName: ReadonlyMap<DatasetFormat, FileFormat> = new Map(formats.map((format) => [format.name, format]));

export function formatNamed(name: DatasetFormat): FileFormat {
  const format = byName.get(name);
  if (format === undefined) throw new Error(`no format ${name}`);
  return format;
}

/** Refuses an archive of something else than arrays, such as a workbook, which is named. */
function requireArrays(path: string): void {
  const names = membersOf(path, statSync(path).size).map(({ name }) => name);
  if (!names.every((name) => name.endsWith(".npy"))) throw archiveFault(names);
}

/** So much of a file is looked at. */
const beginningBytes = 4096;

/** The format of a file: the one that is told, or the one that it begins as. Throws invalid_dataset for one that is something else, which is named. */
export function formatOf(path: string, told?: DatasetFormat, { encoding }: Pick<ReadOptions, "encoding"> = {}): DatasetFormat {
  const start = beginningOf(path, beginningBytes);
  if (start.length === 0) throw fault("Byte 0", "the file is empty");
  const named = told === undefined ? formats.findLast(({ begins }) => begins(start)) : formats.find(({ name }) => name === told);
  if (named !== undefined && named.name !== csv.name && named.begins(start)) return named.name;
  const other = formats.find(({ name, begins }) => name !== csv.name && name !== jsonLines.name && begins(start));
  if (other?.name === npz.name) requireArrays(path);
  if (other !== undefined) throw fault("Byte 0", `the file begins as ${other.title} does, and not as ${named?.title}`);
  const known = knownFault(start);
  if (known !== null) throw known;
  if (named?.name !== csv.name) throw fault("Byte 0", `the file does not begin as ${named?.title ?? formatTitles} does`);
  const isWide = (encoding ?? markedEncoding(start) ?? "").startsWith("utf-16");
  if (!isWide && start.includes(0))
    throw fault("Byte 0", "the file is neither text nor of a format that is read; text in UTF-16 is read with encoding=utf-16");
  return named.name;
}
