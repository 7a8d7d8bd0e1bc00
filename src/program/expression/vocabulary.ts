import { catalogue } from "../../ops/catalogue.ts";
import { type Attributes, type FunctionName, has, type Operator } from "../../ops/define.ts";
import { snakeName } from "../names.ts";
import { inputSpec } from "../dtypes.ts";

/** Spellings that mean the same sign. */
const signs: Readonly<Record<string, string>> = { "**": "^" };

const bySign = (position: "infix" | "prefix" | "postfix" | "around" | "subscript"): ReadonlyMap<string, Operator> =>
  new Map(catalogue.flatMap((op) => (op.syntax?.[position] === undefined ? [] : [[op.syntax[position], op] as const])));

const infix = bySign("infix");
const prefix = bySign("prefix");
const postfix = bySign("postfix");
const around = bySign("around");
const subscripts = bySign("subscript");

export const infixOperator = (sign: string): Operator | undefined => infix.get(signs[sign] ?? sign);
export const prefixOperator = (sign: string): Operator | undefined => prefix.get(sign);
export const postfixOperator = (sign: string): Operator | undefined => postfix.get(sign);

/** The operator that a list of values makes of them. */
export const listing = (): Operator => operatorWith(around, "[");

/** The operator of a sign on both sides of its operand. */
export const enclosing = (sign: string): Operator => operatorWith(around, sign);

/** The operator that takes one position of an axis, or those of a range. */
export const subscripting = (kind: "position" | "range"): Operator => operatorWith(subscripts, kind);

function operatorWith(bySign: ReadonlyMap<string, Operator>, sign: string): Operator {
  const op = bySign.get(sign);
  if (op === undefined) throw new Error(`no operator of the catalogue is written with ${sign}`);
  return op;
}

/** Signs that deny another, by the sign and the function that makes its opposite. */
export const negated = { sign: "!=", of: "==", by: "not" } as const;

/** What a function's name stands for. */
export interface Meaning extends FunctionName {
  readonly op: Operator;
  /** Attributes that the name sets unless they are given. */
  readonly attributes: Attributes;
}

/** Names mean the same with and without underscores and capitals, and with small digits: mat_mul, matmul and MatMul; log_2 and log₂. */
const folded = (name: string): string =>
  name
    .replaceAll("_", "")
    .replaceAll(/[₀-₉]/g, (digit) => String((digit.codePointAt(0) ?? 0) - 0x2080))
    .toLowerCase();

/** The usual short names of reductions drop the axes that they reduce, as those functions do everywhere; ONNX's keep them. */
const dropsAxes = (op: Operator): boolean => has(op, "reduction") && "keepdims" in op.defaults;

const meaningsOf = (op: Operator): Meaning[] => [
  { op, name: snakeName(op.type), attributes: {} },
  ...(op.syntax?.names ?? []).map((written) => ({
    op,
    ...written,
    attributes: { ...written.attributes, ...(dropsAxes(op) && { keepdims: false }) },
  })),
];

const meanings: ReadonlyMap<string, readonly Meaning[]> = Map.groupBy(catalogue.flatMap(meaningsOf), ({ name }) => folded(name));

/** Every name that functions have, as documentation writes it. */
export const functionNames: ReadonlySet<string> = new Set([...meanings.values()].flatMap((found) => found.map(({ name }) => name)));

/** What a function's name stands for with so many positional operands. The very spelling counts before others that are taken for it. */
export function functionNamed(name: string, operands: number): Meaning | undefined {
  const found = meanings.get(folded(name)) ?? [];
  const spelled = found.filter((meaning) => meaning.name === name);
  for (const candidates of [spelled, found]) {
    const fitting = candidates.find(({ arity }) => arity === operands) ?? candidates.find(({ arity }) => arity === undefined);
    if (fitting !== undefined) return fitting;
  }
  return found[0];
}

/** The operator that gives a value a second name: it keeps every number where it is. */
export function renaming(): Operator {
  const traits = ["elementwise", "linear", "view"] as const;
  const found = catalogue.find((op) => traits.every((trait) => has(op, trait)) && op.inputs.every(({ differentiable }) => differentiable));
  if (found === undefined) throw new Error("the catalogue has no operator that changes nothing");
  return found;
}

/** PyTorch's words for arguments that NumPy and ONNX have too. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ["dim", "axis"],
  ["keepdim", "keepdims"],
]);

/** What a named argument of a function is: one of the operator's inputs, by position, or an attribute. */
export type Argument = { readonly input: number } | { readonly attribute: string };

export function argumentNamed(op: Operator, written: string): Argument {
  const known = op.syntax?.arguments ?? {};
  const name = elsewhere.get(written) ?? written;
  const meant = Object.hasOwn(known, name) ? known[name] : name;
  const input = op.inputs.findIndex((spec) => folded(spec.name) === folded(meant));
  return input >= 0 && inputSpec(op, input)?.variadic !== true ? { input } : { attribute: meant };
}

/** Whether an input is a list that decides a shape, so that a single number stands for a list of one. */
export const takesList = (op: Operator, at: number): boolean => inputSpec(op, at)?.list === true;
