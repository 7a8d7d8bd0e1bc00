import { describe, expect, test } from "vitest";
import { tensorOf } from "../../../src/tensor/tensor.ts";
import "../../support/close.ts";
import { problemOf } from "../../support/problems.ts";
import { OutOfMemoryBudget } from "../../../src/memory/account.ts";
import { withBytes } from "../../support/account.ts";
import { read } from "./formats/files.ts";

const matrix = (rows: number[][]) => tensorOf("float64", [rows.length, rows[0].length], rows.flat());

describe("roles of columns", () => {
  const people = "name,age,height,class\nAda,36,1.65,b\nBob,41,1.8,a\n";

  test.each<[string, object, number[][] | number[]]>([
    ["a name", { x: "age" }, [36, 41]],
    ["a place", { x: 1 }, [36, 41]],
    ["a place from the end", { x: -2 }, [1.65, 1.8]],
    ["a list of one", { x: ["age"] }, [[36], [41]]],
    [
      "a list in its own order",
      { x: ["height", 1] },
      [
        [1.65, 36],
        [1.8, 41],
      ],
    ],
    [
      "a range",
      { x: "1:3" },
      [
        [36, 1.65],
        [41, 1.8],
      ],
    ],
    [
      "a range to the end but one",
      { x: "1:-1" },
      [
        [36, 1.65],
        [41, 1.8],
      ],
    ],
    ["a range of one", { x: "1:2" }, [[36], [41]]],
    [
      "ranges in a list",
      { x: ["2:3", "1:2"] },
      [
        [1.65, 36],
        [1.8, 41],
      ],
    ],
    ["the long form", { x: { columns: "age", as: "float64" } }, [36, 41]],
  ])("%s", (_what, columns, expected) => {
    const { tensors, rows } = read(people, { columns: columns as never });
    expect(rows).toBe(2);
    const isTable = Array.isArray(expected[0]);
    expect(tensors.get("x")).toBeNear(isTable ? matrix(expected as number[][]) : tensorOf("float64", [2], expected as number[]));
  });

  test("texts are numbered in sorted order, and the header's names are kept", () => {
    const { parsed, tensors } = read(people, { columns: { input: "1:3", target: { columns: ["class"], as: "class" } } });
    expect(tensors.get("target")).toEqual(tensorOf("int64", [2], [1, 0]));
    expect(parsed.categories).toEqual({ target: ["a", "b"] });
    expect(parsed.columns).toEqual({ input: ["age", "height"], target: ["class"] });
    expect(parsed.reading).toEqual({ encoding: "utf-8", delimiter: ",", decimal: ".", header: true, guessed: ["delimiter", "header"] });
  });

  test("texts are sorted as Python sorts them, and share their numbers among the columns of a tensor", () => {
    const { parsed, tensors } = read("b,😀\nﬁ,B\n2,1.5\n", { header: false, columns: { y: { columns: ":", as: "class" } } });
    expect(parsed.categories?.y).toEqual(["1.5", "2", "B", "b", "ﬁ", "😀"]);
    expect(tensors.get("y")).toEqual(tensorOf("int64", [3, 2], [3, 5, 4, 2, 1, 0]));
  });

  test("whole numbers stay as they are", () => {
    const { parsed, tensors } = read("7\n-2\n07\n3.0\n", { columns: { y: { columns: 0, as: "class" } } });
    expect(tensors.get("y")).toEqual(tensorOf("int64", [4], [7, -2, 7, 3]));
    expect(parsed.categories).toBeUndefined();
  });

  test("without roles all columns are the tensor data", () => {
    const { tensors, parsed } = read("a;b\n1;2\n3;4\n");
    expect(tensors.get("data")).toBeNear(
      matrix([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(parsed.columns).toEqual({ data: ["a", "b"] });
    expect(parsed.reading?.delimiter).toBe(";");
    const unnamed = read("1;2\n3;4\n").parsed;
    expect([unnamed.rows, unnamed.columns, unnamed.reading?.header]).toEqual([2, undefined, false]);
    expect(read("1;2\n3;4\n", { header: true }).rows).toBe(1);
  });

  test.each<[object, string, string, string?]>([
    [{ x: "agee" }, "/columns/x", 'There is no column "agee"; did you mean "age"?', "age"],
    [{ x: { columns: ["name", 4], as: "class" } }, "/columns/x/columns/1", "There is no column 4: there are 4, from 0 to 3"],
    [{ "a/b": [0, -5] }, "/columns/a~1b/1", "There is no column -5: there are 4, from 0 to 3"],
    [{ x: "2:5" }, "/columns/x", "The range 2:5 has no columns, or not all of them: there are 4, from 0 to 3"],
    [{ x: "2:2" }, "/columns/x", "The range 2:2 has no columns, or not all of them: there are 4, from 0 to 3"],
  ])("%j is refused at its place", (columns, pointer, detail, suggestion) => {
    const found = problemOf(() => read(people, { columns: columns as never, header: true, delimiter: "," }));
    expect(found).toMatchObject({ code: "invalid_request", errors: [{ pointer, detail, suggestion }] });
  });

  test("a name is asked of columns that have none", () => {
    expect(problemOf(() => read("1,2\n", { columns: { x: "age" } })).detail).toContain("give places from 0 to 1, or header=true");
  });
});

test("ranges that are repeated are counted before they are written out", () => {
  const row = `${"1,".repeat(9_999)}1\n`;
  const roles = { x: Array.from({ length: 100 }, () => "0:10000") };
  const columns = (): unknown => withBytes(8 * 2 ** 20, () => read(row, { columns: roles }));
  expect(columns).toThrow(OutOfMemoryBudget);
});

test("long names in many tensors are not kept with the dataset", () => {
  const roles = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`x${at}`, 0]));
  expect(problemOf(() => read(`${"a".repeat(50_000)},b\n1,2\n`, { columns: roles, header: true, delimiter: "," }))).toMatchObject({
    code: "invalid_dataset",
    detail: "The file: the names of columns and classes that are kept with the dataset take 5000300 bytes, and may take 4194304",
  });
});
