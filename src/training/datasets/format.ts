import { closeSync, openSync, readSync } from "node:fs";
import type { DatasetFormat } from "./schema.ts";
import { fault } from "./parsed.ts";

/** The format of a file, told from how it begins. Throws invalid_dataset for some that are known and not read. */
export function formatOf(path: string): DatasetFormat {
  const start = beginning(path);
  const begins = (text: string): boolean => start.subarray(0, text.length).equals(Buffer.from(text, "latin1"));
  if (start.length === 0) throw fault("Byte 0", "the file is empty");
  if (begins("\x93NUMPY")) return "npy";
  if (begins("PK\x03\x04") || begins("PK\x05\x06")) return "npz";
  // The length of a header takes its upper four bytes never, and JSON follows it.
  if (start.length > 8 && start.readUInt32LE(4) === 0 && start[8] === 0x7b) return "safetensors";
  if (start.length >= 4 && start[0] === 0 && start[1] === 0) return "idx";
  for (const [magic, name] of unread)
    if (begins(magic)) throw fault("Byte 0", `this is ${name}, which is not read here: save CSV, NPZ or safetensors`);
  const text = start
    .toString()
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (text.startsWith("[")) throw fault("Line 1", "this is one JSON list; write JSON lines, one object a line, or CSV");
  return text.startsWith("{") ? "jsonl" : "csv";
}

const unread: ReadonlyMap<string, string> = new Map([
  ["\xff\xfe", "text in UTF-16"],
  ["\xfe\xff", "text in UTF-16"],
  ["PAR1", "a Parquet file"],
  ["\x89HDF", "an HDF5 file"],
  ["ARROW1", "an Arrow file"],
  ["\x80", "a pickle"],
  ["BZh", "a bzip2 archive"],
  ["\xfd7zXZ", "an xz archive"],
  ["\x28\xb5\x2f\xfd", "a Zstandard archive"],
]);

function beginning(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(4096);
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}
