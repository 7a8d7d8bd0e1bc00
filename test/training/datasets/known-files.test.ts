import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { problemOf } from "../../support/problems.ts";
import { read } from "./formats/files.ts";

const latin = (text: string): Buffer => Buffer.from(text, "latin1");
const zip = (...names: string[]): Uint8Array => zipSync(Object.fromEntries(names.map((name) => [name, latin("x")])));
const tar = Buffer.alloc(512);
tar.write("data.csv", 0);
tar.write("ustar", 257);

/** An archive with both ends, the new form's and the old one's, as PyTorch writes it. */
function wide(archive: Uint8Array): Uint8Array {
  const at = archive.length - 22;
  const old = Buffer.from(archive.subarray(at));
  const end = Buffer.alloc(76);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeUInt32LE(44, 4);
  for (const place of [24, 32]) end.writeUInt32LE(old.readUInt16LE(10), place);
  for (const [place, from] of [
    [40, 12],
    [48, 16],
  ])
    end.writeUInt32LE(old.readUInt32LE(from), place);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeUInt32LE(at, 64);
  end.writeUInt32LE(1, 72);
  return Buffer.concat([archive.subarray(0, at), end, old]);
}

test.each<[string, Uint8Array | string]>([
  ["a page of HTML", "\n<!DOCTYPE html>\n<html><body>Not found</body></html>"],
  ["a page of HTML", "<html lang='en'><head></head></html>"],
  ["XML", '<?xml version="1.0"?><rows/>'],
  ["XML", "<Error>\n<Code>AccessDenied</Code></Error>"],
  ["a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"],
  ["JSON", '[{"a": 1}, {"a": 2}]'],
  ["an Excel workbook", zip("[Content_Types].xml", "xl/workbook.xml")],
  ["a document of LibreOffice", zip("mimetype", "content.xml")],
  ["a document of Microsoft Office", zip("word/document.xml")],
  ["a file of PyTorch", zip("archive/data.pkl", "archive/data/0")],
  ["a file of PyTorch", wide(zip("archive/data.pkl", "archive/data/0"))],
  ["a model of Keras", zip("metadata.json", "config.json", "model.weights.h5")],
  ['a zip archive with "data.csv"', zip("data.csv")],
  ["a PDF", "%PDF-1.7\n%\xe2\xe3"],
  ["a Parquet file", latin("PAR1\x15\x04\x15\x10")],
  ["an Arrow file", latin("ARROW1\0\0\xff\xff\xff\xff")],
  ["a pickle", latin("\x80\x04\x95\x1a\0\0\0")],
  ["an HDF5 file", latin("\x89HDF\r\n\x1a\n\0\0")],
  ["an image (PNG)", latin("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")],
  ["an image (JPEG)", latin("\xff\xd8\xff\xe0\0\x10JFIF")],
  ["an old Excel workbook", latin("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
  ["an SQLite database", latin("SQLite format 3\0")],
  ["a MATLAB file", latin("MATLAB 5.0 MAT-file, Platform: GLNXA64\0\0")],
  ["a file of R", latin("X\n\0\0\0\x03\0\x04")],
  ["a gzip archive within another", latin("\x1f\x8b\x08\0\0\0\0\0")],
  ["a Zstandard archive", latin("\x28\xb5\x2f\xfd\x04\0")],
  ["a bzip2 archive", latin("BZh91AY&SY\x01\x02")],
  ["a tar archive", tar],
])("%s is named, whatever the file is said to be", (what, content) => {
  for (const format of [undefined, "csv", "npy", "jsonl"] as const) {
    const { code, detail } = problemOf(() => read(content, { format }));
    expect([code, detail]).toEqual(["invalid_dataset", expect.stringContaining(`this is ${what}`)]);
    expect(detail).toMatch(/not read here: \w+/);
  }
});

test.each(["ORC,ID3\n1,2\n", "RDA,GIF8\n1,2\n", "<NA>,1\n2,3\n", "MZ;BZh\n1;2\n"])("%j is a table all the same", (text) => {
  expect(read(text).format).toBe("csv");
});

test("bytes that are no text are no table", () => {
  expect(problemOf(() => read(latin("1,2\n\0\0\0"))).detail).toContain("neither text nor of a format");
  expect(problemOf(() => read(latin("PK\x03\x04 cut off"))).detail).toContain("it has no end");
  expect(problemOf(() => read(zip("a.npy"), { format: "csv" })).detail).toContain("begins as NPZ does, and not as CSV");
});
