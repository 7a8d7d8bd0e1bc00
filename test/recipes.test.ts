import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Service, startService } from "./support/service.ts";

/** The guide's recipes for autograders, run with a right submission and a wrong one. */

const guide = readFileSync(new URL("../docs/grading.md", import.meta.url), "utf8");
const section = guide.slice(guide.indexOf("## In an autograder"));
const [pytestFile, nbgraderCell, otterTest] = Array.from(section.matchAll(/^```python\n([\s\S]*?)^```$/gm), ([, text]) => text);
const [shellScript] = Array.from(section.matchAll(/^```bash\n([\s\S]*?)^```$/gm), ([, text]) => text);

/** The submission: right, or with the mean over the batch forgotten. */
const student = (share: string): string => `
import json, math

def gradients(X, y, W, b):
    p = [1 / (1 + math.exp(-(sum(x * w for x, w in zip(row, W)) + b))) for row in X]
    d = [2 * (pi - yi) * pi * (1 - pi) / ${share} for pi, yi in zip(p, y)]
    return {"W": [sum(di * row[k] for di, row in zip(d, X)) for k in range(len(W))], "b": sum(d)}

class Array:
    def __init__(self, numbers):
        self.numbers = numbers
    def tolist(self):
        return self.numbers

found = gradients([[1, 2], [0, -1], [3, 1]], [1, 0, 1], [0.5, -0.25], 0.1)
dW, db = Array(found["W"]), found["b"]
`;
const mistake = /divided by the number of elements/;

let service: Service;
let address: string;
let folder: string;
beforeAll(async () => {
  service = await startService({ workers: 1 });
  address = (await service.app.listen({ port: 0, host: "127.0.0.1" })).replace("http://", "");
  folder = mkdtempSync(join(tmpdir(), "adjoint-recipes-"));
  // What stands in for Otter: a decorator that leaves the function as it is.
  mkdirSync(join(folder, "otter"));
  save("otter/test_files.py", "def test_case(**_):\n    return lambda function: function\n");
  save("test_gradients.py", here(pytestFile));
  save("otter_gradients.py", here(otterTest));
  save("cell.py", here(nbgraderCell));
  save("grade.sh", here(shellScript));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service[Symbol.asyncDispose]();
});

const here = (text: string): string => text.replaceAll("localhost:8080", address);
const save = (name: string, text: string): void => writeFileSync(join(folder, name), text);

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

const run = (command: string, ...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(command, words, { cwd: folder }, (failure, out, error) => {
      resolve({ status: failure === null ? 0 : Number(failure.code), out, error });
    });
  });

describe.each([
  ["right", "len(y)", true],
  ["wrong", "1", false],
] as const)("a submission that is %s", (_, share, isRight) => {
  beforeAll(() => save("student.py", student(share)));

  test("under pytest", async () => {
    const { status, error } = await run("python3", "-B", "-c", "import test_gradients as t; t.test_gradients()");
    expect(status).toBe(isRight ? 0 : 1);
    if (!isRight) expect(error.trimEnd().split("\n").at(-1)).toMatch(mistake);
  });

  test("in a cell of nbgrader", async () => {
    // As a notebook does: every statement is run, and the last one, an expression, is shown.
    const notebook = `
import ast
from student import *
*rest, last = ast.parse(open("cell.py").read()).body
exec(compile(ast.Module(rest, []), "cell", "exec"))
print("Out:", eval(compile(ast.Expression(last.value), "cell", "eval")))
`;
    const { status, out, error } = await run("python3", "-B", "-c", notebook);
    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(out).toMatch(isRight ? /Out: 4$/m : /Out: 0$/m);
    if (!isRight) expect(out).toMatch(mistake);
  });

  test("under Otter", async () => {
    const { status, error } = await run(
      "python3",
      "-B",
      "-c",
      "import otter_gradients as t, student as s; assert t.OK_FORMAT is False; t.test_gradients(s.dW, s.db)",
    );
    expect(status).toBe(isRight ? 0 : 1);
    if (!isRight) expect(error.trimEnd().split("\n").at(-1)).toMatch(mistake);
  });

  test("in a shell script", async () => {
    await run("python3", "-B", "-c", "import json, student; json.dump(student.found, open('gradients.json', 'w'))");
    const { status, out } = await run("sh", "grade.sh", "gradients.json");
    expect(status).toBe(isRight ? 0 : 1);
    expect(out).toMatch(isRight ? /^right$/m : mistake);
  });
});

describe("what no student should hand in has a verdict", () => {
  beforeAll(() => save("student.py", student("len(y)")));

  /** Each with what is said of it. */
  const handedIn: readonly (readonly [code: string, said: RegExp])[] = [
    ["dW, db = None, None", /missing.*null stands in its place/],
    ["dW, db = Array([float('nan'), 1.0]), found['b']", /NaN or infinity where the right numbers are finite/],
    ["dW, db = 'dW', {1, 2}", /unreadable.*found the text/],
    ["dW, db = [[1.0], [2.0, 3.0]], float", /unreadable.*ragged/],
    ["dW, db = Array([[x] for x in found['W']]), Array([found['b']])", /stand in another shape/],
    ["dW, db = {(1, 2): 3}, lambda: 0", /unreadable/],
  ];
  const each = handedIn.map(([code]) => code);
  const saidOf = ({ out, error }: Ended): string[] => {
    expect(error).toBe("");
    return out.trimEnd().split("\n--\n");
  };

  test("under pytest", async () => {
    const program = `
import test_gradients as t
from student import *
for code in ${JSON.stringify(each)} + ["gradients = lambda **_: None", "gradients = lambda **_: object()"]:
    exec(code)
    t.gradients = gradients if "gradients" in code else lambda **_: {"W": dW, "b": db}
    try: print("passed", t.test_gradients())
    except AssertionError as failure: print(str(failure).replace("\\n", " "))
    print("--")
`;
    const said = saidOf(await run("python3", "-B", "-c", program));
    handedIn.forEach(([, expected], at) => expect(said[at]).toMatch(expected));
    expect(said[each.length]).toMatch(/missing/);
    expect(said[each.length + 1]).toMatch(/unreadable/);
  });

  test("in a cell of nbgrader, where a column counts", async () => {
    const notebook = `
import ast
from student import *
*rest, last = ast.parse(open("cell.py").read()).body
for code in ${JSON.stringify(each)}:
    exec(code)
    exec(compile(ast.Module(rest, []), "cell", "exec"))
    print("Out:", eval(compile(ast.Expression(last.value), "cell", "eval")))
    print("--")
`;
    const said = saidOf(await run("python3", "-B", "-c", notebook));
    const points = said.map((text) => Number(/Out: (.*)/.exec(text)?.[1]));
    expect(points).toEqual([0, 2, 0, 0, 4, 0]);
    expect(said[4]).toContain("The shape [2, 1] was taken for [2]");
  });

  test.each([
    ["nonsense", "nonsense", /is no JSON/],
    ["quotes.json", '{"W": "0.5\\n", "b": None}', /is no JSON/],
    ["nan.json", '{"W": [NaN, -Infinity],\n\t"b": 1}', /NaN or infinity/],
    ["empty.json", "", /is no JSON/],
    ["half.json", '{"b": -0.006575240522475066}', /Nothing was submitted for W/],
    ["other.json", '{"loss": 1}', /Nothing was submitted for b/],
    ["picture.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x00, 0xff, 0x22, 0x5c]), /is no JSON/],
  ])("in a shell script: %s", async (file, content, said) => {
    writeFileSync(join(folder, file), content);
    const { status, out } = await run("sh", "grade.sh", file);
    expect(status).toBe(1);
    expect(out).toMatch(said);
  });
});
