import { zipSync } from "fflate";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensorOf, type Tensor } from "../../../../src/tensor/tensor.ts";
import { encodeSafetensors } from "../../../../src/training/safetensors.ts";
import "../../../support/close.ts";
import { problemOf } from "../../../support/problems.ts";
import { golden, read } from "./files.ts";

const expected = JSON.parse(golden("expected.json").toString()) as Record<string, { shape: number[]; data: (number | string)[] }>;
const expectedTensor = (name: string): Tensor => tensorOf("float64", expected[name].shape, expected[name].data.map(Number));

const npy = Object.keys(expected).filter((name) => name.endsWith(".npy"));
const idx = Object.keys(expected).filter((name) => name.endsWith(".idx"));

test("every file of NumPy's format that is meant to be read is", () => {
  expect(npy.length).toBe(28);
  for (const name of npy) {
    const { format, tensors } = read(golden(name));
    expect(format, name).toBe("npy");
    expect(tensors.get("data"), name).toBeNear(expectedTensor(name));
  }
});

test("every type of IDX files is read", () => {
  expect(idx.length).toBe(6);
  for (const name of idx) {
    const { format, tensors, rows } = read(golden(name));
    expect([format, rows]).toEqual(["idx", 2]);
    expect(tensors.get("data"), name).toBeNear(expectedTensor(name));
  }
});

test("types keep what they can hold", () => {
  const dtypeOf = (name: string): string | undefined => read(golden(name)).tensors.get("data")?.dtype;
  expect(["f2", "f4", "f8", "i1", "i8", "u1", "u4", "u8"].map((code) => dtypeOf(`big-${code}.npy`))).toEqual([
    "float32",
    "float32",
    "float64",
    "int32",
    "int64",
    "int32",
    "int64",
    "int64",
  ]);
  expect([dtypeOf("bool.npy"), dtypeOf("u1.idx"), dtypeOf("f8.idx")]).toEqual(["bool", "int32", "float64"]);
});

test.each(["stored.npz", "deflated.npz"])("%s is read", (name) => {
  const { format, tensors, rows } = read(golden(name));
  expect([format, rows, [...tensors.keys()]]).toEqual(["npz", 2, ["input", "target", "θ"]]);
  for (const [key, tensor] of tensors) expect(tensor).toBeNear(expectedTensor(`npz/${key}`));
});

test("a safetensors file is read, and what it says of columns and classes", () => {
  const metadata = { columns: '[["x",["a","b"]]]', categories: '[["y",["no","yes"]]]', format: "pt" };
  const tensors = new Map([
    ["x", tensorOf("float32", [2, 2], [1, 2, 3, 4])],
    ["y", tensorOf("int64", [2], [0, 1])],
  ]);
  const found = read(encodeSafetensors(tensors, metadata));
  expect(found.format).toBe("safetensors");
  expect(found.tensors.get("x")).toEqual(tensors.get("x"));
  expect([found.parsed.columns, found.parsed.categories]).toEqual([{ x: ["a", "b"] }, { y: ["no", "yes"] }]);
  const foreign = read(encodeSafetensors(tensors, { columns: '[["z",["a"]]]', categories: "7" })).parsed;
  expect([foreign.columns, foreign.categories]).toEqual([undefined, undefined]);
});

describe("what cannot be read is refused, with its place", () => {
  const changed = (name: string, at: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(golden(name));
    copy.set(bytes, at);
    return copy;
  };
  const vector = golden("vector.npy");
  const header = (text: string, data = 0): Buffer => {
    const start = Buffer.from([...Buffer.from("\x93NUMPY\x01\x00", "latin1"), text.length & 255, text.length >> 8]);
    return Buffer.concat([start, Buffer.from(text), Buffer.alloc(data)]);
  };
  const zip = (files: Record<string, Uint8Array>): Uint8Array => zipSync(files);
  const dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (";

  test.each<[what: string, bytes: Uint8Array, sentence: string]>([
    ["a pickle", golden("pickled.npy"), "The file, byte 10: pickled objects are not read: save an array of numbers"],
    [
      "named fields",
      golden("fields.npy"),
      "The file, byte 10: arrays with named fields are not read: save each field as an array of its own",
    ],
    [
      "complex numbers",
      golden("complex.npy"),
      "The file, byte 10: complex numbers are not read: save their real and imaginary parts as arrays of their own",
    ],
    [
      "an integer beyond doubles",
      golden("wide-integer.npy"),
      "The file, byte 136 (row 1): 9007199254740993 cannot be kept: integers are exact only between -2^53 and 2^53",
    ],
    ["a later version", changed("vector.npy", 6, 4), "The file, byte 6: the format's version 4.0 is not 1.0, 2.0 or 3.0"],
    ["no version", vector.subarray(0, 6), "The file, byte 6: the file ends inside its header"],
    ["half a length", vector.subarray(0, 9), "The file, byte 6: the file ends inside its header"],
    ["half a header", vector.subarray(0, 50), "The file, byte 8: the header is said to end at byte 128, and the file has 50"],
    ["too few numbers", vector.subarray(0, 200), "The file, byte 128: shape (24) takes 96 bytes, and 72 follow"],
    ["too many numbers", Buffer.concat([vector, Buffer.alloc(4)]), "The file, byte 128: shape (24) takes 96 bytes, and 100 follow"],
    ["no type", header("{'shape': (1,), 'fortran_order': False}", 8), "The file, byte 10: the header has no descr, which says the type"],
    ["no order", header("{'descr': '<f8', 'shape': (1,)}", 8), "The file, byte 10: the header has no fortran_order"],
    ["no shape", header("{'descr': '<f8', 'fortran_order': False}", 8), "The file, byte 10: the header has no shape"],
    ["a negative size", header(`${dict}-1,)}`), "The file, byte 10: the header's shape has something else than sizes in it"],
    ["a scalar", header(`${dict})}`, 8), 'Tensor "data": it is a single number, and a tensor of a dataset has rows'],
    ["no rows", header(`${dict}0, 3)}`), 'Tensor "data": its shape is [0, 3]: it holds no numbers'],
    ["many axes", header(`${dict}${"1,".repeat(33)})}`, 8), 'Tensor "data": it has more than 32 axes'],
    ["an empty archive", zip({}), "The file: it holds no tensors"],
    [
      "an archive of something else",
      zip({ "xl/workbook.xml": Buffer.from("<a/>") }),
      "Byte 0: this is an Excel workbook, which is not read here: save the table as CSV",
    ],
    ["an archive with a bad array", zip({ "x.npy": Buffer.from("1,2") }), "x.npy, byte 0: the file does not begin as NumPy's do"],
    [
      "an archive with a scalar",
      zip({ "x.npy": header(`${dict})}`, 8) }),
      'Tensor "x": it is a single number, and a tensor of a dataset has rows',
    ],
    ["half an archive", golden("deflated.npz").subarray(0, 300), "The archive: it is damaged: it has no end, as if it had been cut off"],
    [
      "rows that differ",
      zip({ "a.npy": header(`${dict}2,)}`, 16), "b.npy": header(`${dict}3,)}`, 24) }),
      'Tensor "b": it has 3 rows, and "a" has 2; the tensors of a dataset share their first size: choose those that do with arrays={"tensor": "array", …}',
    ],
    [
      "a name of nothing",
      zip({ ".npy": header(`${dict}2,)}`, 16) }),
      'Tensor "": a name has 1 to 256 characters and no control characters',
    ],
    [
      "IDX of no known type",
      Buffer.from([0, 0, 0x0a, 1, 0, 0, 0, 1, 0]),
      "Byte 2: 10 is none of the types of numbers, which are 8, 9, 11, 12, 13, 14",
    ],
    ["IDX without sizes", Buffer.from([0, 0, 8, 2, 0, 0, 0, 1]), "Byte 4: the sizes of 2 axes should follow, and the file has 8 bytes"],
    ["IDX with too few numbers", Buffer.from([0, 0, 8, 1, 0, 0, 0, 3, 1, 2]), "Byte 8: shape [3] takes 3 bytes, and 2 follow"],
    ["nothing", Buffer.alloc(0), "Byte 0: the file is empty"],
  ])("%s", (_what, bytes, sentence) => {
    expect(problemOf(() => read(bytes))).toMatchObject({ code: "invalid_dataset", detail: sentence });
  });

  test("an archive that would unpack to too much is not unpacked", () => {
    const bytes = golden("bomb.npz");
    expect(bytes.length).toBeLessThan(10_000);
    expect(problemOf(() => read(bytes, { maxBytes: 8_000_000 }))).toMatchObject({ code: "body_too_large" });
    expect(read(bytes, { maxBytes: 8_001_000 }).rows).toBe(1000);
  });

  test("archives and arrays with any byte changed or cut off are read or refused, and archives never with other numbers", () => {
    for (const name of ["stored.npz", "deflated.npz", "fortran.npy", "version-3.npy", "i2.idx"]) {
      const bytes = golden(name);
      const { tensors } = read(bytes);
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
          const broken = isCut ? bytes.subarray(0, at) : Buffer.from(bytes);
          if (!isCut) broken[at] = byte;
          try {
            const found = read(broken, { maxBytes: 2 ** 20 });
            if (name.endsWith(".npz")) expect(found.tensors).toEqual(tensors);
            expect(found.rows).toBeGreaterThan(0);
          } catch (error) {
            expect(["invalid_dataset", "body_too_large"], String(error)).toContain((error as { code?: unknown }).code);
          }
        }),
        { numRuns: 200 },
      );
    }
  });
});

describe("chosen arrays", () => {
  const npyOf = (shape: string, data: Uint8Array): Uint8Array => {
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117) + "\n";
    return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), Buffer.from([text.length, 0]), Buffer.from(text), data]);
  };
  const mnist = zipSync({
    "x_train.npy": npyOf("3, 2", Buffer.from([1, 2, 3, 4, 5, 6])),
    "y_train.npy": npyOf("3,", Buffer.from([7, 8, 9])),
    "x_test.npy": [npyOf("1, 2", Buffer.from([10, 11])), { level: 0 }],
    "y_test.npy": [npyOf("1,", Buffer.from([12])), { level: 0 }],
    "notes.npy": golden("pickled.npy"),
    "readme.txt": Buffer.from("four arrays of two lengths"),
  });
  const arraysOf = (bytes: Uint8Array, arrays: Record<string, string>): unknown =>
    Object.fromEntries(Array.from(read(bytes, { arrays }).tensors, ([name, { shape, data }]) => [name, [shape, [...data]]]));

  test("of an NPZ with arrays of several lengths, and others that are not read", () => {
    expect(arraysOf(mnist, { input: "x_train", target: "y_train" })).toEqual({
      input: [
        [3, 2],
        [1, 2, 3, 4, 5, 6],
      ],
      target: [[3], [7, 8, 9]],
    });
    expect(arraysOf(mnist, { input: "x_test", target: "y_test" })).toEqual({
      input: [
        [1, 2],
        [10, 11],
      ],
      target: [[1], [12]],
    });
    expect(arraysOf(mnist, { input: "x_test", again: "x_test" })).toMatchObject({
      again: [
        [1, 2],
        [10, 11],
      ],
    });
  });

  test("that do not go together, or that there are not, are refused", () => {
    expect(problemOf(() => read(mnist, { arrays: { input: "x_train", target: "y_test" } })).detail).toContain("share their first size");
    expect(problemOf(() => read(mnist, { arrays: { "a/b": "x_trian" } })).errors[0]).toEqual({
      pointer: "/arrays/a~1b",
      detail: 'The file has no array "x_trian"; it has x_train, y_train, x_test, y_test, notes',
      suggestion: "x_train",
    });
    expect(problemOf(() => read(mnist, { arrays: { input: "notes" } })).detail).toContain("pickled objects are not read");
    expect(problemOf(() => read(mnist)).detail).toContain('a zip archive with "readme.txt"');
  });

  test("of safetensors, with the names that belong to them", () => {
    const metadata = { columns: '[["a",["u","v"]],["b",["w"]]]', categories: '[["b",["no","yes"]]]' };
    const file = encodeSafetensors(
      new Map([
        ["a", tensorOf("float64", [1, 2], [1, 2])],
        ["b", tensorOf("int64", [3], [0, 1, 0])],
      ]),
      metadata,
    );
    expect(problemOf(() => read(file)).detail).toContain("arrays=");
    const { tensors, parsed } = read(file, { arrays: { target: "b" } });
    expect([...tensors]).toEqual([["target", tensorOf("int64", [3], [0, 1, 0])]]);
    expect([parsed.columns, parsed.categories]).toEqual([{ target: ["w"] }, { target: ["no", "yes"] }]);
  });

  test("of a file with one array, which is called data", () => {
    expect([...read(golden("vector.npy"), { arrays: { input: "data" } }).tensors.keys()]).toEqual(["input"]);
    expect([...read(golden("u1.idx"), { arrays: { input: "data" } }).tensors.keys()]).toEqual(["input"]);
  });
});
