import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readGraph, registerGraph } from "../../src/compute/graphs.ts";
import { evaluate } from "../../src/compute/evaluate.ts";
import { Compiler } from "../../src/program/compiler.ts";
import { Registry } from "../../src/program/registry.ts";
import { performed, sharedWithin } from "../support/tasks.ts";
import { problemOf } from "../support/problems.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-graphs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const registry = new Registry(folder);
const shared = { ...sharedWithin({}, 0), registry };
const tasks = { ...shared, compiler: new Compiler(registry, shared.limits) };
const register = performed(registerGraph, tasks);
const read = performed(readGraph, tasks);
const run = performed(evaluate, tasks);

test.each<[what: string, befall: (path: string) => void]>([
  ["of another text", (path) => writeFileSync(path, '{"graph":{"inputs":{},"nodes":[],"outputs":[]}}')],
  ["truncated", (path) => truncateSync(path, 10)],
  ["empty", (path) => truncateSync(path)],
  [
    "a folder",
    (path) => {
      rmSync(path);
      mkdirSync(join(path, "inside"), { recursive: true });
    },
  ],
])("a graph whose file is %s is refused, and heals when it is registered again", (_what, befall) => {
  const id = register({ expression: "sin(x) * x" }, {}).facts?.id ?? "";
  const path = join(folder, `${id.slice(7)}.json`);
  befall(path);
  const uses = [() => read("", { id }), () => run({ graph_id: id, inputs: { x: 1 } }, {})];
  for (const use of uses) expect(problemOf(use)).toMatchObject({ code: "damaged_content" });
  register({ expression: "sin(x) * x" }, {});
  for (const use of uses) expect(use()).toMatchObject({ status: 200 });
  expect(readdirSync(folder)).toEqual([`${id.slice(7)}.json`]);
  rmSync(path);
  for (const use of uses) expect(problemOf(use)).toMatchObject({ code: "unknown_graph" });
  expect(existsSync(path)).toBe(false);
});

test("where nothing can be written it is the storage that is unavailable", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const closed of [file, join(file, "graphs")]) {
    const closedTasks = { ...shared, registry: new Registry(closed) };
    const refused = problemOf(() => performed(registerGraph, closedTasks)({ expression: "sin(x)" }, {}));
    expect(refused).toMatchObject({ code: "storage_unavailable", status: 503 });
  }
});
