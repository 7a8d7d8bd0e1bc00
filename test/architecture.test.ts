import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { factsOf, type Source } from "./architecture/facts.ts";
import { operatorsOf, violations } from "./architecture/rules.ts";

const projectSources = (): Source[] =>
  (existsSync("src") ? globSync("src/**/*.ts", { exclude: ["src/kernels/wasm/assembly/**"] }) : [])
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));

test("the sources keep to the architecture", () => {
  expect(violations(projectSources())).toEqual([]);
});

test("the catalogue imports every file that defines an operator", () => {
  const sources = projectSources();
  const catalogue = sources.filter(({ path }) => path === "src/ops/catalogue.ts").flatMap((source) => factsOf(source).imports);
  const defining = sources.filter((source) => operatorsOf([source]).size > 0).map(({ path }) => path.replace("src/ops/", "./"));
  expect(catalogue.filter((path) => path !== "./define.ts").toSorted()).toEqual(defining.toSorted());
});

describe("the checker", () => {
  const add = {
    path: "src/ops/arithmetic/add.ts",
    text: `export const Add = defineOp({ type: "Add", inputs: [{ name: "A", type: "T" }] });`,
  };

  const grade = { path: "src/grading/grade/task.ts", text: `export const grade = defineTask({ name: "grade", body: json(Grading) });` };

  test.each<[path: string, text: string, fault: string]>([
    ["src/tensor/a.ts", `import { b } from "../kernels/b.ts";`, "imports src/kernels/b.ts, which is not below it"],
    ["src/ir/a.ts", `import type { B } from "../ops/b.ts";`, "imports src/ops/b.ts, which is not below it"],
    ["src/ir/a.ts", `export { b } from "../ops/b.ts";`, "imports src/ops/b.ts, which is not below it"],
    ["src/ir/a.ts", `const b = await import("../ops/b.ts");`, "imports src/ops/b.ts, which is not below it"],
    ["src/ir/a.ts", `type B = import("../ops/b.ts").B;`, "imports src/ops/b.ts, which is not below it"],
    ["src/grading/a.ts", `import { b } from "../render/b.ts";`, "imports src/render/b.ts, which is not below it"],
    ["src/grading/a.ts", `import { b } from "../training/b.ts";`, "imports src/training/b.ts, which is not below it"],
    ["src/doors/http/a.ts", `import { config } from "../../config.ts";`, "imports src/config.ts, which is not below it"],
    ["src/doors/http/routes/a.ts", `import { main } from "../../../main.ts";`, "imports src/main.ts, which is not below it"],
    ["src/doors/http/a.ts", `import { b } from "../../../test/b.ts";`, "imports test/b.ts from outside src"],
    ["src/config.ts", `import { b } from "./tensor/b.ts";`, "imports src/tensor/b.ts; it may import only zod, node and src/memory"],
    ["src/config.ts", `import pino from "pino";`, "imports pino; it may import only zod, node and src/memory"],
    ["src/run/a.ts", `import fastify from "fastify";`, "imports fastify, which only src/doors may"],
    ["src/jobs/a.ts", `import type { Logger } from "pino";`, "imports pino, which only src/doors may"],
    ["src/jobs/a.ts", `import cors from "@fastify/cors";`, "imports @fastify/cors, which only src/doors may"],
    ["src/autodiff/a.ts", `import { Worker } from "node:worker_threads";`, "imports node:worker_threads below src/workers"],
    ["src/doors/http/a.ts", `const port = process.env.PORT;`, "reads process.env, which only src/config.ts may"],
    ["src/main.ts", `const { PORT } = globalThis.process["env"];`, "reads process.env, which only src/config.ts may"],
    ["src/doors/http/a.ts", `const { env } = process;`, "reads process.env, which only src/config.ts may"],
    ["src/doors/http/a.ts", `import { env } from "node:process";`, "reads process.env, which only src/config.ts may"],
    ["src/ir/index.ts", `export const a = 1;`, "is a barrel by its name"],
    ["src/ir/a.ts", `export * from "./b.ts";`, "re-exports all of another module"],
    ["src/autodiff/a.ts", `if (node.op === "Add") stop();`, "names the operator Add"],
    ["src/autodiff/a.ts", "const text = `${node.op === `Add`}`;", "names the operator Add"],
    ["src/program/a.ts", `type Special = "Add" | "Other";`, "names the operator Add"],
    ["src/main.ts", `start("Add");`, "names the operator Add"],
    ["src/request/a.ts", `const op = z.enum(["Add"]).meta({ id: "Op" });`, "names the operator Add"],
    ["src/program/a.ts", `const shown = op.probes[0].attributes;`, "reads probes, which are for tests"],
    ["src/compute/a.ts", `const shapesOf = ({ inputs, probes }: Operator) => [inputs, probes];`, "reads probes, which are for tests"],
    ["src/jobs/a.ts", `import { a } from "./a.ts";`, "imports itself"],
    ["src/doors/http/a.ts", `await this.pool.run("grade", {}, body);`, "names the task grade, whose definition is at hand"],
    ["src/doors/http/a.ts", `if (job.task.name === "grade") stop();`, "names the task grade, whose definition is at hand"],
    ["src/workers/a.ts", `switch (task) { case "other": case "grade": stop(); }`, "names the task grade, whose definition is at hand"],
    ["src/jobs/a.ts", `const message = { task: "grade" };`, "names the task grade, whose definition is at hand"],
    ["src/jobs/a.ts", "const task = `grade`;", "names the task grade, whose definition is at hand"],
    ["src/common/a.ts", `export const a = 1;`, "belongs to no layer"],
    ["src/helpers.ts", `export const a = 1;`, "belongs to no layer"],
  ])("finds the fault in %s: %s", (path, text, fault) => {
    expect(violations([add, grade, { path, text }])).toEqual([`${path} ${fault}`]);
  });

  const imports = (path: string, target: string): Source => ({ path, text: `import type { T } from "${target}";` });

  test("finds circles, those of types alone among them, except between operators", () => {
    const circle = (folder: string): Source[] => [
      imports(`${folder}/a.ts`, "./b.ts"),
      imports(`${folder}/b.ts`, "./c.ts"),
      imports(`${folder}/c.ts`, "./b.ts"),
    ];
    expect(violations(circle("src/jobs"))).toEqual([
      "src/jobs/b.ts imports itself through src/jobs/c.ts",
      "src/jobs/c.ts imports itself through src/jobs/b.ts",
    ]);
    expect(violations(circle("src/ops"))).toHaveLength(2);
    expect(violations(circle("src/ops/shape"))).toEqual([]);
  });

  test.each(["interface Step {}", "type Step = 1;", "class Step {}"])("finds a second meaning of an exported type in export %s", (text) => {
    const first = { path: "src/plan/a.ts", text: "export interface Step {}" };
    const second = { path: "src/grading/a.ts", text: `export ${text}` };
    expect(violations([first, second])).toEqual(["src/grading/a.ts exports a type Step, as src/plan/a.ts does"]);
    expect(violations([first, { path: "src/grading/a.ts", text }])).toEqual([]);
  });

  test.each<[path: string, text: string]>([
    ["src/kernels/a.ts", `import { b } from "../tensor/b.ts"; import { c } from "./wasm/c.ts";`],
    ["src/jobs/a.ts", `import { b } from "../grading/b.ts"; import { c } from "../render/c.ts"; import { d } from "../request/d.ts";`],
    ["src/workers/a.ts", `import { Worker } from "node:worker_threads"; import { distance } from "fastest-levenshtein";`],
    [
      "src/doors/http/a.ts",
      `import fastify from "fastify"; import type { Logger } from "pino"; import about from "../../../package.json" with { type: "json" };`,
    ],
    ["src/main.ts", `import { a } from "./doors/http/a.ts"; import { b } from "./tensor/b.ts"; import { config } from "./config.ts";`],
    ["src/worker.ts", `import { parentPort } from "node:worker_threads"; import { b } from "./workers/b.ts";`],
    ["src/config.ts", `import { z } from "zod"; import { join } from "node:path"; export const port = process.env.PORT;`],
    ["src/ops/arithmetic/sub.ts", `import { add } from "./add.ts"; export const about = "Add";`],
    ["src/program/network/layers/a.ts", `export const layer = "Add";`],
    ["src/ops/a.ts", `const spread = ({ probes, ...rest }: Facts) => defineOp({ ...rest, probes: [...probes, facts.probes] });`],
    ["src/jobs/a.ts", `export const Step = z.enum(["a"]); export type Step = z.output<typeof Step>; export { type Other } from "./b.ts";`],
    [
      "src/doors/http/a.ts",
      `app.post("/v1/grade", { operationId: "grade" }); pool.run(grade, {}, "grade"); if (part === "grade") stop(); workspace.run("copy");`,
    ],
    ["src/compute/examples.ts", `export const example = { op: "Add" };`],
    ["src/request/a.ts", `export const Op = z.string().meta({ examples: ["Add"] });`],
    ["src/program/a.ts", `// "Add"\nexport const signs = { Add: 1, "Add": 2, add: "Adder", t: "T" };`],
  ])("finds no fault in %s: %s", (path, text) => {
    expect(violations([add, grade, { path, text }])).toEqual([]);
  });
});
