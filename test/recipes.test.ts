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

class Array(list):
    def tolist(self):
        return list(self)

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

test("a shell script says what is malformed, and ends with another status", async () => {
  save("malformed.json", "nonsense");
  const { status, out } = await run("sh", "grade.sh", "malformed.json");
  expect(status).toBe(2);
  expect(out).toContain('"code":"invalid_json"');
});
