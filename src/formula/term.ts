/**
 * A formula as a tree: immutable, and free to share its parts, so that a formula with few parts may be endless when it is written out.
 * What is done to one goes through `fold`, which looks at each part once.
 */
export type Term = Leaf | Branch;

type Leaf =
  | (Part<"number"> & { readonly value: number })
  /** A number that has a sign of its own, such as π. */
  | (Part<"constant"> & { readonly sign: string; readonly value: number })
  /** A client's name. */
  | (Part<"symbol"> & { readonly name: string })
  /** What is said for want of a formula. */
  | (Part<"words"> & { readonly text: string })
  /** What was left out. */
  | Part<"ellipsis">;

type Branch =
  | Part<"sum">
  /** Of numbers, in any order. */
  | Part<"product">
  | Part<"negative">
  | Part<"quotient">
  | Part<"power">
  /** Of tensors, element by element. */
  | Part<"elementwise">
  /** Of matrices, whose order matters. */
  | Part<"matrixProduct">
  | Part<"transpose">
  /** A function, known to `functions` or not, applied to its operands; `index` stands below its name, as the 2 of log₂. */
  | (Part<"call"> & { readonly name: string; readonly index: Term | null })
  /** The derivative of the first operand by the second. */
  | Part<"partial">
  /** The element of the first operand at the places that follow. */
  | Part<"element">
  /** Operands with signs between them that are no arithmetic: =, <, ∧, ∗ … */
  | (Part<"relation"> & { readonly signs: readonly string[] })
  /** Values, each followed by its condition; the last operand is for all other cases. */
  | Part<"cases">;

interface Part<Kind extends string> {
  readonly kind: Kind;
  readonly operands: readonly Term[];
}

export type TermOf<Kind extends Term["kind"]> = Extract<Term, { readonly kind: Kind }>;

/** What stands where a term may: a number for itself, a text for the symbol of that name. */
export type TermLike = Term | number | string;

const termOf = (given: TermLike): Term => (typeof given === "number" ? number(given) : typeof given === "string" ? symbol(given) : given);

const none: readonly Term[] = [];

export const number = (value: number): Term => ({ kind: "number", operands: none, value });
export const symbol = (name: string): Term => ({ kind: "symbol", operands: none, name });
export const words = (text: string): Term => ({ kind: "words", operands: none, text });
export const constant = (sign: string, value: number): TermOf<"constant"> => ({ kind: "constant", operands: none, sign, value });
export const ellipsis: Term = { kind: "ellipsis", operands: none };
/** Stands for an operand that is left out. */
export const omitted = words("");
export const pi = constant("π", Math.PI);
/** A matrix of ones, which no product of matrices is without. */
export const ones = constant("𝟏", 1);
export const euler = constant("e", Math.E);

type Several = readonly TermLike[];
const branch =
  <Kind extends "sum" | "product" | "elementwise" | "matrixProduct" | "cases">(kind: Kind) =>
  (...operands: Several): Term => ({ kind, operands: operands.map(termOf) });

export const sum = branch("sum");
export const product = branch("product");
export const elementwise = branch("elementwise");
export const matrixProduct = branch("matrixProduct");
/** cases(value, condition, value, condition, …, otherwise) */
export const cases = branch("cases");

export const negative = (of: TermLike): Term => ({ kind: "negative", operands: [termOf(of)] });
export const difference = (from: TermLike, taken: TermLike): Term => sum(from, negative(taken));
export const quotient = (over: TermLike, under: TermLike): Term => ({ kind: "quotient", operands: [termOf(over), termOf(under)] });
export const power = (base: TermLike, exponent: TermLike): Term => ({ kind: "power", operands: [termOf(base), termOf(exponent)] });
export const square = (of: TermLike): Term => power(of, 2);
export const exponential = (of: TermLike): Term => power(euler, of);
export const transpose = (of: TermLike): Term => ({ kind: "transpose", operands: [termOf(of)] });
export const partial = (of: TermLike, by: TermLike): Term => ({ kind: "partial", operands: [termOf(of), termOf(by)] });
export const element = (of: TermLike, ...places: Several): Term => ({ kind: "element", operands: [of, ...places].map(termOf) });
export const call = (name: string, ...operands: Several): Term => ({ kind: "call", name, index: null, operands: operands.map(termOf) });
/** A call of a function with an index, such as log₂ x. */
export const indexedCall = (name: string, index: TermLike, ...operands: Several): Term => ({
  kind: "call",
  name,
  index: termOf(index),
  operands: operands.map(termOf),
});

/** relation(x, "<", y, "<", z) */
export function relation(first: TermLike, ...rest: readonly TermLike[]): Term {
  const operands = [termOf(first)];
  const signs: string[] = [];
  rest.forEach((each, at) => (at % 2 === 0 && typeof each === "string" ? signs.push(each) : operands.push(termOf(each))));
  return { kind: "relation", signs, operands };
}

export const equation = (...sides: Several): Term => ({
  kind: "relation",
  signs: sides.slice(1).map(() => "="),
  operands: sides.map(termOf),
});
