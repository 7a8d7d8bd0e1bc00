import { expect, test } from "vitest";
import { problemOf } from "../../support/problems.ts";
import { read } from "./formats/files.ts";

/** A file of NumPy's format with a header, and so many bytes that count up. */
function file(header: string, bytes: number, version = 1): Buffer {
  const text = Buffer.from(`${header}\n`, version === 3 ? "utf8" : "latin1");
  const length =
    version === 1 ? Buffer.from([text.length & 255, text.length >> 8]) : Buffer.from([text.length & 255, text.length >> 8, 0, 0]);
  const data = Buffer.from(Array.from({ length: bytes }, (_, at) => at));
  return Buffer.concat([Buffer.from("\x93NUMPY", "latin1"), Buffer.from([version, 0]), length, text, data]);
}

const found = (bytes: Buffer): unknown => {
  const tensor = read(bytes).tensors.get("data");
  return [tensor?.dtype, tensor?.shape, ...(tensor?.data ?? [])];
};

test.each<[string, number, unknown]>([
  [`{"descr":"|u1","fortran_order":False,"shape":(3,)}`, 3, ["int32", [3], 0, 1, 2]],
  [`{'shape': (3,), 'descr': 'B', 'fortran_order': False, }   `, 3, ["int32", [3], 0, 1, 2]],
  [`  {'descr':\n'uint8',\t'fortran_order': False, 'shape': (1, 3)}`, 3, ["int32", [1, 3], 0, 1, 2]],
  [`{'descr': '?', 'fortran_order': False, 'shape': (3,)}`, 3, ["bool", [3], 0, 1, 1]],
  [`{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}`, 3, ["bool", [3], 0, 1, 1]],
  [`{'descr': 'b', 'fortran_order': False, 'shape': (2,)}`, 2, ["int32", [2], 0, 1]],
  [`{'descr': u'<i2', 'fortran_order': False, 'shape': (2L, 1L)}`, 4, ["int32", [2, 1], 256, 770]],
  [`{'descr': '>i2', 'fortran_order': False, 'shape': (2,)}`, 4, ["int32", [2], 1, 515]],
  [`{'descr': '=h', 'fortran_order': False, 'shape': (2,)}`, 4, ["int32", [2], 256, 770]],
  [`{'descr': '<i2', 'fortran_order': True, 'shape': (2, 2)}`, 8, ["int32", [2, 2], 256, 1284, 770, 1798]],
  [`{'descr': '<u4', 'fortran_order': True, 'shape': (1,)}`, 4, ["int64", [1], 50462976]],
])("%s is read as NumPy does", (header, bytes, expected) => {
  for (const version of [1, 2, 3]) expect(found(file(header, bytes, version))).toEqual(expected);
});

test.each(["<f8", "<d", "d", "f8", "float64", "double", "=f8", "|f8"])("%s is float64", (descr) => {
  const [dtype, shape, ...numbers] = found(file(`{'descr': '${descr}', 'fortran_order': False, 'shape': (2,)}`, 16)) as unknown[];
  const data = new Float64Array(Uint8Array.from({ length: 16 }, (_, at) => at).buffer);
  expect([dtype, shape, ...numbers]).toEqual(["float64", [2], ...data]);
});

test.each([
  ["'O'", "pickled objects"],
  ["'|O8'", "pickled objects"],
  ["'<c16'", "complex numbers"],
  ["'F'", "complex numbers"],
  ["'<M8[ns]'", "dates"],
  ["'datetime64[D]'", "dates"],
  ["'<m8[s]'", "spans of time"],
  ["'<U10'", "texts"],
  ["'|S5'", "texts"],
  ["'|V8'", "raw bytes"],
  ["'<f16'", "more than 64 bits"],
  ["[('a', '<f8'), ('b', '<i4', (2,))]", "named fields"],
  ["('<f8', (2,))", "plain array"],
  ["8", "not a text"],
  ["'<f3'", 'the type "<f3" is none'],
  ["'<float64'", 'the type "<float64" is none'],
  ["'f8,i4'", 'the type "f8,i4" is none'],
])("the type %s is refused by name", (descr, what) => {
  expect(problemOf(() => read(file(`{'descr': ${descr}, 'fortran_order': False, 'shape': (2,)}`, 16))).detail).toContain(what);
});

test.each([
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (3)}", "not a tuple"],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': [3]}", "not a tuple"],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (3, True)}", "something else than sizes"],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (03,)}", "expected , or )"],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (3.0,)}", "expected , or )"],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (9007199254740993,)}", "something else than sizes"],
  ["{'descr': '|u1', 'fortran_order': 0, 'shape': (3,)}", "not True or False"],
  ["{'descr': '|u1', 'fortran_order': false, 'shape': (3,)}", "expected a literal at character 34"],
  ["{'descr': '|u1', 'descr': '<u1', 'fortran_order': False, 'shape': (3,)}", 'says "descr" twice'],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'more': 1}", 'has "more"'],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (3,)} + 1", "expected its end"],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (3,)", "expected , or }"],
  ["{'descr': '\\x7cu1', 'fortran_order': False, 'shape': (3,)}", "backslash"],
  [`{'descr': ${"[".repeat(1000)}`, "too deep"],
  ["__import__('os')", "expected a literal"],
])("%s is no header", (header, what) => {
  expect(problemOf(() => read(file(header, 3))).detail).toContain(what);
});
