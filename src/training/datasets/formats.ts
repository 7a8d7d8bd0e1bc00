import { closeSync, openSync, readSync } from "node:fs";
import { csv } from "./formats/csv.ts";
import type { FileFormat } from "./formats/define.ts";
import { idx } from "./formats/idx.ts";
import { jsonLines } from "./formats/json-lines.ts";
import { npy } from "./formats/npy.ts";
import { npz } from "./formats/npz.ts";
import { safetensors } from "./formats/safetensors.ts";
import { fault } from "./parsed.ts";

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

/** The format of a file, told from how it begins. Throws invalid_dataset for some that are known and not read. */
export function formatOf(path: string): DatasetFormat {
  const start = beginning(path);
  if (start.length === 0) throw fault("Byte 0", "the file is empty");
  const found = formats.findLast(({ begins }) => begins(start));
  if (found === undefined) throw fault("Byte 0", "the file begins as none of the formats that are read do");
  return found.name;
}

function beginning(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(4096);
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}
