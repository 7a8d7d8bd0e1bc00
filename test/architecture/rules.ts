import { posix } from "node:path";
import { type Facts, factsOf, type Source } from "./facts.ts";

/** The stack of folders in src/, from the lowest. Those of one row are siblings and do not import each other. */
const stack = [
  ["memory", "tensor", "tracing", "formula"],
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
  ["training", "grading"],
  ["render"],
  ["clients"],
  ["workers"],
  ["jobs"],
  ["doors"],
];
const compositionRoots = [
  "src/main.ts",
  "src/service.ts",
  "src/shutdown.ts",
  "src/threads.ts",
  "src/worker.ts",
  "src/trainer.ts",
  "src/doors/command/command.ts",
];
const configuration = "src/config.ts";
/** Names of torch.nn layers are quoted here, and some are spelled as operators are; explanations and examples quote them, too. */
const mayQuoteOperators = /^src\/(ops|problems|program\/network|doors\/page\/client\/network)\/|\/examples\.ts$/;

const levelOf = (folder: string): number => stack.findIndex((row) => row.includes(folder));
const workersLevel = levelOf("workers");
const doorsLevel = levelOf("doors");

/** The folder of src/ that holds a file; "" for the files of src/ itself. */
const folderOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? "";

const targetOf = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

/** What is wrong with importing `specifier` in the file `path`, or null. */
function importFault(path: string, specifier: string): string | null {
  if (compositionRoots.includes(path)) return null;
  const level = levelOf(folderOf(path));
  if (!specifier.startsWith(".")) {
    if (path === configuration)
      return /^(zod$|zod\/|node:)/.test(specifier) ? null : `imports ${specifier}; it may import only zod, node and src/memory`;
    if (level < doorsLevel && /^(@fastify\/|fastify|pino)/.test(specifier)) return `imports ${specifier}, which only src/doors may`;
    if (level < workersLevel && /^(node:)?worker_threads$/.test(specifier)) return `imports ${specifier} below src/workers`;
    return null;
  }
  const target = targetOf(path, specifier);
  if (path === configuration)
    return target.startsWith("src/memory/") ? null : `imports ${target}; it may import only zod, node and src/memory`;
  if (!target.startsWith("src/")) return target.endsWith(".json") ? null : `imports ${target} from outside src`;
  const folder = folderOf(target);
  if (folder === folderOf(path) || (folder !== "" && levelOf(folder) < level)) return null;
  return `imports ${target}, which is not below it`;
}

/** The files by way of which a file imports itself, on the shortest way, or null. Imports of types count. */
function circleOf(path: string, facts: ReadonlyMap<string, Facts>): string[] | null {
  const importers = new Map<string, string>();
  const open = [path];
  for (const file of open) {
    for (const specifier of facts.get(file)?.imports ?? []) {
      const target = targetOf(file, specifier);
      if (target === path) {
        const way: string[] = [];
        for (let at = file; at !== path; at = importers.get(at) ?? path) way.unshift(at);
        return way;
      }
      if (importers.has(target)) continue;
      importers.set(target, file);
      open.push(target);
    }
  }
  return null;
}

/** Operators refer to one another in their rules. */
const mayCircle = /^src\/ops\/(\w+\/|complex\.ts$)/;

/** The operators that the files of src/ops define. */
export const operatorsOf = (sources: readonly Source[]): Set<string> =>
  new Set(sources.filter(({ path }) => path.startsWith("src/ops/")).flatMap((source) => factsOf(source).operators));

/** Every breach of the architecture, as a sentence that begins with the file's path. */
export function violations(sources: readonly Source[]): string[] {
  const operators = operatorsOf(sources);
  const known = new Map(sources.map((source) => [source.path, factsOf(source)]));
  const tasks = new Set([...known.values()].flatMap((facts) => facts.tasks));
  const homes = new Map<string, string>();
  return [...known].flatMap(([path, facts]) => {
    const faults = facts.imports.map((specifier) => importFault(path, specifier)).filter((fault) => fault !== null);
    const folder = folderOf(path);
    if (folder === "" ? ![...compositionRoots, configuration].includes(path) : levelOf(folder) < 0) faults.push("belongs to no layer");
    const circle = mayCircle.test(path) ? null : circleOf(path, known);
    if (circle !== null) faults.push(`imports itself${circle.map((file) => ` through ${file}`).join("")}`);
    for (const type of facts.types) {
      const home = homes.get(type);
      if (home === undefined) homes.set(type, path);
      else if (home !== path) faults.push(`exports a type ${type}, as ${home} does`);
    }
    for (const text of new Set(facts.textsForTasks))
      if (tasks.has(text)) faults.push(`names the task ${text}, whose definition is at hand`);
    if (facts.readsEnvironment && path !== configuration) faults.push(`reads process.env, which only ${configuration} may`);
    if (facts.readsProbes && folder !== "ops") faults.push("reads probes, which are for tests");
    if (facts.exportsAll) faults.push("re-exports all of another module");
    if (posix.basename(path) === "index.ts") faults.push("is a barrel by its name");
    if (!mayQuoteOperators.test(path)) {
      for (const name of new Set(facts.strings)) if (operators.has(name)) faults.push(`names the operator ${name}`);
    }
    return faults.map((fault) => `${path} ${fault}`);
  });
}
