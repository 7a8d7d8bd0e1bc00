import { parseSync } from "vite";

/** A file of the project: its path from the root, with forward slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** What the rules ask about a file, read off its syntax tree. */
export interface Facts {
  readonly imports: readonly string[];
  readonly strings: readonly string[];
  readonly operators: readonly string[];
  /** The names of the tasks that it defines, and the texts that stand where a task would. */
  readonly tasks: readonly string[];
  readonly textsForTasks: readonly string[];
  /** The types that it exports by name, classes among them. */
  readonly types: readonly string[];
  readonly readsEnvironment: boolean;
  readonly exportsAll: boolean;
  readonly readsProbes: boolean;
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

const declaresType: ReadonlySet<unknown> = new Set(["TSInterfaceDeclaration", "TSTypeAliasDeclaration", "ClassDeclaration"]);
const textOfName = (tree: unknown): string => (isTree(tree) ? String(tree.name) : "");

/** The operator that an object literal defines: it has a `type` and, unlike the description of an input, no `name`. */
function operatorDefinedBy(tree: Tree): string | null {
  const properties = (tree.properties as readonly Tree[]).filter((property) => property.type === "Property");
  if (properties.some(({ key }) => isNamed(key, "name"))) return null;
  const type = textOf(properties.find(({ key }) => isNamed(key, "type"))?.value);
  return type !== null && /^[A-Z]/.test(type) ? type : null;
}

/** The last name of an expression: `task` of `job.task`. */
function lastName(tree: unknown): string {
  if (!isTree(tree)) return "";
  return typeof tree.name === "string" ? tree.name : lastName(tree.property);
}

const isTask = (tree: unknown): boolean =>
  lastName(tree) === "task" || (isTree(tree) && isNamed(tree.property, "name") && lastName(tree.object) === "task");

function taskDefinedBy(tree: Tree): string[] {
  if (tree.type !== "CallExpression" || lastName(tree.callee) !== "defineTask") return [];
  const [definition] = tree.arguments as readonly Tree[];
  const name = textOf(childrenOf(definition).find(({ key }) => isNamed(key, "name"))?.value);
  return name === null ? [] : [name];
}

/** Texts that can only name a task: what is run, what a task is compared with, and what is called one. */
function textsForTask(tree: Tree): string[] {
  const found = (...candidates: unknown[]): string[] => candidates.map(textOf).filter((text) => text !== null);
  switch (tree.type) {
    case "CallExpression":
      return /^(run|perform)$/.test(lastName(tree.callee)) ? found((tree.arguments as readonly Tree[])[0]) : [];
    case "BinaryExpression":
      return [...(isTask(tree.left) ? found(tree.right) : []), ...(isTask(tree.right) ? found(tree.left) : [])];
    case "SwitchStatement":
      return isTask(tree.discriminant) ? found(...(tree.cases as readonly Tree[]).map(({ test }) => test)) : [];
    case "Property":
      return isNamed(tree.key, "task") ? found(tree.value) : [];
    case "VariableDeclarator":
      return isTask(tree.id) ? found(tree.init) : [];
    default:
      return [];
  }
}

export function factsOf({ path, text }: Source): Facts {
  const imports: string[] = [];
  const strings: string[] = [];
  const operators: string[] = [];
  const tasks: string[] = [];
  const textsForTasks: string[] = [];
  const types: string[] = [];
  let readsEnvironment = false;
  let exportsAll = false;
  let readsProbes = false;
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
    tasks.push(...taskDefinedBy(tree));
    textsForTasks.push(...textsForTask(tree));
    if (tree.type === "MemberExpression" && isNamed(tree.property, "env") && isProcess(tree.object)) readsEnvironment = true;
    if (tree.type === "VariableDeclarator" && isProcess(tree.init) && childrenOf(tree.id as Tree).some(({ key }) => isNamed(key, "env"))) {
      readsEnvironment = true;
    }
    if (tree.type === "ImportDeclaration" && /^(node:)?process$/.test(source ?? "")) {
      if ((tree.specifiers as readonly Tree[]).some(({ imported }) => isNamed(imported, "env"))) readsEnvironment = true;
    }
    if (tree.type === "ExportAllDeclaration") exportsAll = true;
    const { declaration } = tree;
    if (tree.type === "ExportNamedDeclaration" && isTree(declaration) && declaresType.has(declaration.type)) {
      types.push(textOfName(declaration.id));
    }
    if (tree.type === "MemberExpression" && isNamed(tree.property, "probes")) readsProbes = true;
    if (tree.type === "ObjectPattern" && childrenOf(tree).some(({ key }) => isNamed(key, "probes"))) readsProbes = true;
    for (const child of childrenOf(tree)) {
      // The key of a property is a name, quoted or not.
      const isKey = child === tree.key && tree.computed !== true;
      if (!isKey) visit(child);
    }
  };
  const { program, errors } = parseSync(path, text, { lang: "ts", astType: "ts" });
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  visit(program as unknown as Tree);
  return { imports, strings, operators, tasks, textsForTasks, types, readsEnvironment, exportsAll, readsProbes };
}
