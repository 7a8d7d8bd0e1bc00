import { zipSync } from "fflate";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { OutOfMemoryBudget } from "../../../../src/memory/account.ts";
import { Problem } from "../../../../src/problems/problems.ts";
import type { DatasetFormat } from "../../../../src/training/datasets/formats.ts";
import { parseFile } from "../../../../src/training/datasets/parse.ts";
import { withBytes } from "../../../support/account.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-memory-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Far less than any of the files, of which some are holes. */
const fewBytes = 2 ** 20;
const mostBytes = 2 ** 30;

function npyHeader(descr: string, shape: readonly number[], isFortran = false): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${isFortran ? "True" : "False"}, 'shape': (${shape.join(", ")},), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), Buffer.from([header.length, 0]), header]);
}

/** A file that begins so, and holds nothing but zeros after that. */
function file(start: Buffer, zeros = 0): string {
  const path = join(folder, "file");
  writeFileSync(path, start);
  truncateSync(path, start.length + zeros);
  return path;
}

function read(path: string, format: DatasetFormat): number {
  return withBytes(fewBytes, () => {
    const { tensors } = parseFile(path, format, {}, { maxBytes: mostBytes, cancelled: () => false });
    let count = 0;
    for (const { parts } of tensors) for (const part of parts()) count += part.length;
    return count;
  });
}

function refusalOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error instanceof Problem ? error.code : error instanceof OutOfMemoryBudget ? "memory" : error;
  }
}

const mb = 2 ** 20;
const zeros = (count: number): Buffer => Buffer.concat([npyHeader("|u1", [count]), Buffer.alloc(count)]);

function safetensorsHeader(count: number): Buffer {
  const text = JSON.stringify({ x: { dtype: "U8", shape: [count], data_offsets: [0, count] } });
  const start = Buffer.alloc(8);
  start.writeUInt32LE(text.length);
  return Buffer.concat([start, Buffer.from(text)]);
}

const idxHeader = Buffer.from([0, 0, 0x08, 1, 0x02, 0, 0, 0]);

/** An archive that names its one stored part of 8192 bytes again and again, and says that it has so many. */
function archive(names: number, said: number): Buffer {
  const part = Buffer.concat([npyHeader("<f8", [1008]), Buffer.alloc(8064)]);
  const head = Buffer.alloc(30);
  head.write("PK\x03\x04", "latin1");
  const entries = Array.from({ length: names }, (_, at) => {
    const entry = Buffer.alloc(46);
    entry.write("PK\x01\x02", "latin1");
    const name = Buffer.from(`${at}.npy`);
    entry.writeUInt32LE(part.length, 20);
    entry.writeUInt32LE(said, 24);
    entry.writeUInt16LE(name.length, 28);
    return Buffer.concat([entry, name]);
  });
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(names, 10);
  end.writeUInt16LE(names, 8);
  end.writeUInt32LE(head.length + part.length, 16);
  return Buffer.concat([head, part, ...entries, end]);
}

describe("a dataset is read within little memory", () => {
  test.each<[string, DatasetFormat, () => string, unknown]>([
    ["a thousand million bytes that are kept as numbers", "npy", () => file(npyHeader("|u1", [1e9]), 1e9), "body_too_large"],
    ["an array in rows", "npy", () => file(npyHeader("|u1", [4 * mb, 2]), 8 * mb), 8 * mb],
    ["an array in columns", "npy", () => file(npyHeader("|u1", [4 * mb, 2], true), 8 * mb), "memory"],
    ["a shape that the file does not hold", "npy", () => file(npyHeader("<f8", [4 * mb]), 8 * mb), "invalid_dataset"],
    ["images", "idx", () => file(idxHeader, 32 * mb), 32 * mb],
    ["an archive", "npz", () => file(Buffer.from("PK\x05\x06"), 8 * mb), "invalid_dataset"],
    ["an archive that unpacks to much", "npz", () => file(Buffer.from(zipSync({ "x.npy": zeros(8 * mb) }))), "memory"],
    ["an archive of what is stored", "npz", () => file(Buffer.from(zipSync({ "x.npy": zeros(8 * mb) }, { level: 0 }))), 8 * mb],
    ["names of one archive that share its bytes", "npz", () => file(archive(300, 0)), "invalid_dataset"],
    ["the same in their true length", "npz", () => file(archive(300, 8192)), "invalid_dataset"],
    ["tensors with names", "safetensors", () => file(safetensorsHeader(8 * mb), 8 * mb), 8 * mb],
    ["many long lines of JSON", "jsonl", () => file(Buffer.from(`{"x": [1,${" ".repeat(200_000)}2]}\n`.repeat(10))), 20],
    ["a line of JSON that becomes much", "jsonl", () => file(Buffer.from(`{"x": [${"[],".repeat(99_999)}[]]}\n`)), "memory"],
    ["a table that grows", "csv", () => file(Buffer.from(`a,b\n${"1,2\n".repeat(200_000)}`)), "memory"],
    ["a line that does not end", "csv", () => file(Buffer.from(`"${"a\n".repeat(2 * mb)}`)), "memory"],
    ["a comment of nothing but cells", "csv", () => file(Buffer.from(`a,b\n#${",".repeat(mb)}\n1,2\n`)), "memory"],
    ["a table in another encoding", "csv", () => file(Buffer.from(`\uFEFFa,b\n${"1,2\n".repeat(10_000)}`, "utf16le")), 20_000],
    ["a table", "csv", () => file(Buffer.from(`a,b\n${"1,2\n".repeat(10_000)}`)), 20_000],
  ])("%s", (_, format, make, expected) => {
    expect(refusalOf(() => read(make(), format))).toBe(expected);
  });
});
