import { operatorDescriptions } from "../../../src/compute/operator-descriptions.ts";
import type { OperatorDescription } from "../../../src/compute/operators.ts";
import { latexInMarkdown } from "../../../src/formula/latex-markdown.ts";
import { latexOf } from "../../../src/formula/latex.ts";
import { simplified } from "../../../src/formula/simplify.ts";
import { symbol } from "../../../src/formula/term.ts";
import { catalogue } from "../../../src/ops/catalogue.ts";
import { type Category, type FunctionName, type Operator } from "../../../src/ops/define.ts";
import { formulasElsewhere } from "../../../src/program/expression/elsewhere.ts";
import { spelled } from "../../../src/program/expression/spelling.ts";
import { snakeName } from "../../../src/program/names.ts";
import { numberOf } from "./numbers.ts";

/** docs/formulas.md with what follows from the catalogue written anew: each part stands between its two marks. */
export function formulasPage(page: string): string {
  const parts = { signs: printedSigns, functions, elsewhere };
  return Object.entries(parts).reduce((text, [name, write]) => {
    const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->\n`];
    return `${text.slice(0, text.indexOf(open) + open.length)}\n${write()}\n${text.slice(text.indexOf(close))}`;
  }, page);
}

const categories: readonly (readonly [Category, string])[] = [
  ["arithmetic", "Arithmetic"],
  ["trigonometry", "Trigonometry"],
  ["activation", "Activations"],
  ["reduction", "Sums, means, and what runs along an axis"],
  ["logic", "Comparisons and truth"],
  ["linear algebra", "Matrices"],
  ["shape", "Shapes and places"],
  ["network", "Networks"],
];

function functions(): string {
  const described = operatorDescriptions();
  return categories
    .map(([category, title]) => {
      const rows = catalogue.flatMap((op, at) => (op.category === category ? [rowOf(op, described[at])] : []));
      return [`### ${title}`, "", row(["written", "what it is", "formula", "derivatives", "example"]), rule(5), ...rows, ""].join("\n");
    })
    .join("\n");
}

function rowOf(op: Operator, { expression, formula, summary, conventions }: OperatorDescription): string {
  const names = [expression.function, ...expression.aliases].map(code).join(", ");
  const { infix, prefix, postfix, around } = op.syntax ?? {};
  const signs = [infix && `x ${infix} y`, prefix && `${prefix}x`, postfix && `x${postfix}`, around && enclosing(around)];
  const taken = conventions.map(({ at, convention }) => `${at}: ${convention}`).join("; ");
  const meaning = [summary, ...sets(op), ...(taken === "" ? [] : [`Taken at ${taken}.`])].join(" ");
  const { latex, derivatives, cotangents } = isPlain(op) ? inLetters(op) : formula;
  const rules = (derivatives.some((each) => each !== null) ? derivatives : cotangents)
    .flatMap((each) => (each === null ? [] : [math(each)]))
    .join("<br>");
  const written = [...signs.flatMap((sign) => (sign === undefined ? [] : [code(sign)])), names].join(", ");
  return row([written, meaning.replaceAll("|", String.raw`\|`), math(latex), rules, example(op)]);
}

const enclosing = (sign: string): string => (sign === "[" ? "[x, y]" : `${sign}x${sign}`);

/** Whether an operator takes one number or two, and needs no more to be told. */
const isPlain = ({ attributes, inputs, traits }: Operator): boolean =>
  traits?.includes("elementwise") === true &&
  inputs.length <= 2 &&
  inputs.every(({ optional, variadic }) => optional !== true && variadic !== true) &&
  attributes.safeParse({}).success;

function inLetters({ display, inputs, defaults }: Operator): Omit<OperatorDescription["formula"], "text"> {
  const operands = ["x", "y"].slice(0, inputs.length).map(symbol);
  const derivatives = display.derivatives?.(operands, defaults) ?? [];
  return {
    latex: latexOf(display.formula(operands, defaults)),
    derivatives: derivatives.map((each) => each && latexOf(simplified(each))),
    cotangents: [],
  };
}

/** The names that set an operand or an attribute. */
function sets(op: Operator): readonly string[] {
  const set = (op.syntax?.names ?? []).filter(({ operands, attributes }) => (operands ?? attributes) !== undefined);
  return set.map((name) => `${code(name.name)} is ${code(called(op, name))}.`);
}

function called(op: Operator, { arity, operands, attributes = {} }: FunctionName): string {
  const letters = ["x", "y", "z"];
  const given =
    operands?.map((operand) => (operand === null ? (letters.shift() ?? "") : rounded(operand))) ??
    letters.slice(0, arity ?? (op.inputs[0].variadic === true ? 2 : op.inputs.length));
  const named = Object.entries(attributes).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${snakeName(op.type)}(${[...given, ...named].join(", ")})`;
}

const rounded = (operand: number | readonly number[]): string =>
  typeof operand === "number" ? String(Number(operand.toPrecision(6))) : JSON.stringify(operand);

/** A plain function at numbers at which it has a value. */
function example(op: Operator): string {
  if (!isPlain(op)) return "";
  const isTruth = op.types[op.inputs[0].type].every((dtype) => dtype === "bool");
  const tried = isTruth
    ? [["true", "false"]]
    : [
        ["0.5", "2"],
        ["2", "3"],
      ];
  const found = tried
    .map((operands) => `${snakeName(op.type)}(${operands.slice(0, op.inputs.length).join(", ")})`)
    .map((text) => ({ text, value: numberOf(text, {}) }))
    .find(({ value }) => Number.isFinite(value));
  return found === undefined ? "" : `${code(found.text)} is ${Number(found.value.toPrecision(6))}`;
}

function elsewhere(): string {
  const rows = formulasElsewhere.map(([names, formula]) => row([names.split(" ").map(code).join(", "), code(formula)]));
  return [row(["elsewhere", "here"]), rule(2), ...rows, ""].join("\n");
}

function printedSigns(): string {
  const signs = Map.groupBy(spelled, ([, sign]) => sign);
  const rows = Array.from(signs, ([sign, all]) =>
    row([
      code(sign),
      all
        .map(([printed]) => printed)
        .join(" ")
        .replaceAll("|", String.raw`\|`),
    ]),
  );
  return [row(["sign", "also read as it"]), rule(2), ...rows, ""].join("\n");
}

const code = (text: string): string => `\`${text.replaceAll("|", String.raw`\|`)}\``;
const math = (latex: string): string => (latex === "" ? "" : `$${latexInMarkdown(latex).replaceAll("|", String.raw`\vert `)}$`);
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const rule = (columns: number): string => `|${"---|".repeat(columns)}`;
