import { existsSync, globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";

/** A file of the project: its path from the root, with forward slashes, and its text. */
interface Source {
  readonly path: string;
  readonly text: string;
}

/** The stack of folders in src/, from the lowest. Those of one row are siblings and do not import each other. */
const stack = [
  ["tensor"],
  ["kernels"],
  ["ir"],
  ["ops"],
  ["autodiff"],
  ["problems"],
  ["request"],
  ["program"],
  ["plan"],
  ["run"],
  ["tasks"],
  ["compute"],
  ["training", "grading", "render"],
  ["workers"],
  ["jobs"],
  ["doors"],
];
const compositionRoots = ["src/main.ts", "src/worker.ts", "src/trainer.ts", "src/doors/command/command.ts"];
const configuration = "src/config.ts";
/** Names of torch.nn layers are quoted here, and some are spelled as operators are; explanations and examples quote them, too. */
const mayQuoteOperators = /^src\/(ops|problems|program\/network)\/|\/examples\.ts$/;

const levelOf = (folder: string): number => stack.findIndex((row) => row.includes(folder));
const workersLevel = levelOf("workers");
const doorsLevel = levelOf("doors");

/** The folder of src/ that holds a file; "" for the files of src/ itself. */
const folderOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? "";

/** What the rules ask about a file, read off its syntax tree. */
interface Facts {
  readonly imports: readonly string[];
  readonly strings: readonly string[];
  readonly operators: readonly string[];
  readonly readsEnvironment: boolean;
  readonly exportsAll: boolean;
}

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && "type" in value;
const isNamed = (value: unknown, name: string): boolean => isTree(value) && (value.name === name || value.value === name);
const isProcess = (value: unknown): boolean => isNamed(value, "process") || (isTree(value) && isNamed(value.property, "process"));
const childrenOf = (tree: Tree): Tree[] => Object.values(tree).flat().filter(isTree);

/** The text of a quoted literal, or of a template without holes. */
function textOf(tree: unknown): string | null {
  if (!isTree(tree)) return null;
  if (tree.type === "Literal" && typeof tree.value === "string") return tree.value;
  if (tree.type !== "TemplateLiteral") return null;
  const [first, ...others] = tree.quasis as readonly { readonly value: { readonly cooked: string } }[];
  return others.length === 0 ? first.value.cooked : null;
}

/** The operator that an object literal defines: it has a `type` and, unlike the description of an input, no `name`. */
function operatorDefinedBy(tree: Tree): string | null {
  const properties = (tree.properties as readonly Tree[]).filter((property) => property.type === "Property");
  if (properties.some(({ key }) => isNamed(key, "name"))) return null;
  const type = textOf(properties.find(({ key }) => isNamed(key, "type"))?.value);
  return type !== null && /^[A-Z]/.test(type) ? type : null;
}

function factsOf({ path, text }: Source): Facts {
  const imports: string[] = [];
  const strings: string[] = [];
  const operators: string[] = [];
  let readsEnvironment = false;
  let exportsAll = false;
  const visit = (tree: Tree): void => {
    // What documents a schema is prose.
    if (tree.type === "CallExpression" && isTree(tree.callee) && isNamed(tree.callee.property, "meta")) return visit(tree.callee);
    const quoted = textOf(tree);
    if (quoted !== null) strings.push(quoted);
    const source = textOf(tree.source ?? (tree.type === "TSImportType" ? tree.argument : null));
    if (source !== null) imports.push(source);
    if (tree.type === "ObjectExpression") {
      const operator = operatorDefinedBy(tree);
      if (operator !== null) operators.push(operator);
    }
    if (tree.type === "MemberExpression" && isNamed(tree.property, "env") && isProcess(tree.object)) readsEnvironment = true;
    if (tree.type === "VariableDeclarator" && isProcess(tree.init) && childrenOf(tree.id as Tree).some(({ key }) => isNamed(key, "env"))) {
      readsEnvironment = true;
    }
    if (tree.type === "ImportDeclaration" && /^(node:)?process$/.test(source ?? "")) {
      if ((tree.specifiers as readonly Tree[]).some(({ imported }) => isNamed(imported, "env"))) readsEnvironment = true;
    }
    if (tree.type === "ExportAllDeclaration") exportsAll = true;
    for (const child of childrenOf(tree)) {
      // The key of a property is a name, quoted or not.
      const isKey = child === tree.key && tree.computed !== true;
      if (!isKey) visit(child);
    }
  };
  const { program, errors } = parseSync(path, text, { lang: "ts", astType: "ts" });
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  visit(program as unknown as Tree);
  return { imports, strings, operators, readsEnvironment, exportsAll };
}

/** What is wrong with importing `specifier` in the file `path`, or null. */
function importFault(path: string, specifier: string): string | null {
  if (compositionRoots.includes(path)) return null;
  const level = levelOf(folderOf(path));
  if (!specifier.startsWith(".")) {
    if (path === configuration)
      return /^(zod$|zod\/|node:)/.test(specifier) ? null : `imports ${specifier}; it may import only zod and node`;
    if (level < doorsLevel && /^(@fastify\/|fastify|pino)/.test(specifier)) return `imports ${specifier}, which only src/doors may`;
    if (level < workersLevel && /^(node:)?worker_threads$/.test(specifier)) return `imports ${specifier} below src/workers`;
    return null;
  }
  const target = posix.join(posix.dirname(path), specifier);
  if (path === configuration) return `imports ${target}; it may import only zod and node`;
  if (!target.startsWith("src/")) return target.endsWith(".json") ? null : `imports ${target} from outside src`;
  const folder = folderOf(target);
  if (folder === folderOf(path) || (folder !== "" && levelOf(folder) < level)) return null;
  return `imports ${target}, which is not below it`;
}

/** The operators that the files of src/ops define. */
const operatorsOf = (sources: readonly Source[]): Set<string> =>
  new Set(sources.filter(({ path }) => path.startsWith("src/ops/")).flatMap((source) => factsOf(source).operators));

/** Every breach of the architecture, as a sentence that begins with the file's path. */
function violations(sources: readonly Source[]): string[] {
  const operators = operatorsOf(sources);
  return sources.flatMap((source) => {
    const { path } = source;
    const facts = factsOf(source);
    const faults = facts.imports.map((specifier) => importFault(path, specifier)).filter((fault) => fault !== null);
    const folder = folderOf(path);
    if (folder === "" ? ![...compositionRoots, configuration].includes(path) : levelOf(folder) < 0) faults.push("belongs to no layer");
    if (facts.readsEnvironment && path !== configuration) faults.push(`reads process.env, which only ${configuration} may`);
    if (facts.exportsAll) faults.push("re-exports all of another module");
    if (posix.basename(path) === "index.ts") faults.push("is a barrel by its name");
    if (!mayQuoteOperators.test(path)) {
      for (const name of new Set(facts.strings)) if (operators.has(name)) faults.push(`names the operator ${name}`);
    }
    return faults.map((fault) => `${path} ${fault}`);
  });
}

const projectSources = (): Source[] =>
  (existsSync("src") ? globSync("src/**/*.ts", { exclude: ["src/kernels/assembly/**"] }) : [])
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));

test("the sources keep to the architecture", () => {
  expect(violations(projectSources())).toEqual([]);
});

test("every operator of the catalogue is known to the checker", () => {
  const sources = projectSources();
  const catalogue = sources.find(({ path }) => path === "src/ops/catalogue.ts")?.text ?? "";
  const listed = /catalogue[^=]*= \[([\s\S]*?)\n\]/.exec(catalogue)?.[1].match(/^ {2}[A-Z]\w*(?=,)/gm) ?? [];
  const operators = operatorsOf(sources);
  expect(listed.map((name) => name.trim()).filter((name) => !operators.has(name))).toEqual([]);
});

describe("the checker", () => {
  const add = {
    path: "src/ops/arithmetic/add.ts",
    text: `export const Add = defineOp({ type: "Add", inputs: [{ name: "A", type: "T" }] });`,
  };

  test.each<[path: string, text: string, fault: string]>([
    ["src/tensor/a.ts", `import { b } from "../kernels/b.ts";`, "imports src/kernels/b.ts, which is not below it"],
    ["src/ir/a.ts", `import type { B } from "../ops/b.ts";`, "imports src/ops/b.ts, which is not below it"],
    ["src/ir/a.ts", `export { b } from "../ops/b.ts";`, "imports src/ops/b.ts, which is not below it"],
    ["src/ir/a.ts", `const b = await import("../ops/b.ts");`, "imports src/ops/b.ts, which is not below it"],
    ["src/ir/a.ts", `type B = import("../ops/b.ts").B;`, "imports src/ops/b.ts, which is not below it"],
    ["src/grading/a.ts", `import { b } from "../render/b.ts";`, "imports src/render/b.ts, which is not below it"],
    ["src/render/a.ts", `import { b } from "../grading/b.ts";`, "imports src/grading/b.ts, which is not below it"],
    ["src/doors/http/a.ts", `import { config } from "../../config.ts";`, "imports src/config.ts, which is not below it"],
    ["src/doors/http/routes/a.ts", `import { main } from "../../../main.ts";`, "imports src/main.ts, which is not below it"],
    ["src/doors/http/a.ts", `import { b } from "../../../test/b.ts";`, "imports test/b.ts from outside src"],
    ["src/config.ts", `import { b } from "./tensor/b.ts";`, "imports src/tensor/b.ts; it may import only zod and node"],
    ["src/config.ts", `import pino from "pino";`, "imports pino; it may import only zod and node"],
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
    ["src/common/a.ts", `export const a = 1;`, "belongs to no layer"],
    ["src/helpers.ts", `export const a = 1;`, "belongs to no layer"],
  ])("finds the fault in %s: %s", (path, text, fault) => {
    expect(violations([add, { path, text }])).toEqual([`${path} ${fault}`]);
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
    ["src/compute/examples.ts", `export const example = { op: "Add" };`],
    ["src/request/a.ts", `export const Op = z.string().meta({ examples: ["Add"] });`],
    ["src/program/a.ts", `// "Add"\nexport const signs = { Add: 1, "Add": 2, add: "Adder", t: "T" };`],
  ])("finds no fault in %s: %s", (path, text) => {
    expect(violations([add, { path, text }])).toEqual([]);
  });
});
