import { catalogue } from "../../ops/catalogue.ts";
import { type Attributes, has, type Operator } from "../../ops/define.ts";
import { snakeName } from "../names.ts";
import { inputSpec } from "../dtypes.ts";

/** Spellings that mean the same sign. */
const signs: Readonly<Record<string, string>> = { "**": "^" };

const bySign = (position: "infix" | "prefix" | "postfix"): ReadonlyMap<string, Operator> =>
  new Map(catalogue.flatMap((op) => (op.syntax?.[position] === undefined ? [] : [[op.syntax[position], op] as const])));

const infix = bySign("infix");
const prefix = bySign("prefix");
const postfix = bySign("postfix");

export const infixOperator = (sign: string): Operator | undefined => infix.get(signs[sign] ?? sign);
export const prefixOperator = (sign: string): Operator | undefined => prefix.get(sign);
export const postfixOperator = (sign: string): Operator | undefined => postfix.get(sign);

/** What a function's name stands for. */
export interface Meaning {
  readonly op: Operator;
  readonly name: string;
  /** The number of positional operands that the name is for; any when it does not say. */
  readonly arity?: number;
  /** Attributes that the name sets unless they are given. */
  readonly presets: Attributes;
}

/** Names mean the same with and without underscores and capitals: mat_mul, matmul and MatMul. */
const folded = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** The usual short names of reductions drop the axes that they reduce, as those functions do everywhere; ONNX's keep them. */
const dropsAxes = (op: Operator): boolean => has(op, "reduction") && "keepdims" in op.defaults;

const meaningsOf = (op: Operator): Meaning[] => [
  { op, name: snakeName(op.type), presets: {} },
  ...(op.syntax?.names ?? []).map((written) => ({ op, ...written, presets: dropsAxes(op) ? { keepdims: false } : {} })),
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

/** What a named argument of a function is: one of the operator's inputs, by position, or an attribute. */
export type Argument = { readonly input: number } | { readonly attribute: string };

export function argumentNamed(op: Operator, name: string): Argument {
  const known = op.syntax?.arguments ?? {};
  const meant = Object.hasOwn(known, name) ? known[name] : name;
  const input = op.inputs.findIndex((spec) => folded(spec.name) === folded(meant));
  return input >= 0 && inputSpec(op, input)?.variadic !== true ? { input } : { attribute: meant };
}

/** Whether an input is a list that decides a shape, so that a single number stands for a list of one. */
export const takesList = (op: Operator, at: number): boolean => inputSpec(op, at)?.list === true;
