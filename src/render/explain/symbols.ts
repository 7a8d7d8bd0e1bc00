import { constant, ellipsis, euler, number, omitted, pi, symbol, type Term, words } from "../../formula/term.ts";
import { evaluated } from "../../formula/evaluate.ts";
import { substituted } from "../../formula/substitute.ts";
import type { Node, Value } from "../../ir/graph.ts";
import { erfc } from "../../kernels/gaussian.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Portrait, PortrayedNode, PortrayedValue } from "../portrait.ts";

/** What formulas call the values of a portrait. */
export interface Symbols {
  readonly of: (value: PortrayedValue) => Term;
  /** A value of the graph as it is portrayed; undefined where it has no name. */
  readonly portrayed: (value: Value) => PortrayedValue | undefined;
  /** The symbol of a named value, as a text. */
  readonly nameOf: (name: string) => string;
  /** The first of the candidates that nothing is called yet, or one with a number. */
  readonly fresh: (candidates: readonly string[]) => string;
  readonly isTaken: (name: string) => boolean;
  /** What stands for a node's operands in its formula. */
  readonly operandsOf: (node: PortrayedNode) => readonly Term[];
  /** Their numbers; null where they are not single numbers. */
  readonly numbersOf: (node: PortrayedNode) => readonly Term[] | null;
  /** A formula with numbers in place of the symbols of single numbers. */
  readonly inNumbers: (formula: Term) => Term;
  /** What a formula of single numbers is. */
  readonly valueOf: (formula: Term) => number;
  /** Names that stand for longer ones of the client's. */
  readonly shortened: readonly (readonly [short: string, name: string])[];
  /** Whether the client gave the node no name, so that the explanation introduces one. */
  readonly isIntroduced: (node: PortrayedNode) => boolean;
}

const firstForResult = ["f", "g", "h", "z", "y"];
const firstWithin = ["u", "v", "w", "s", "r", "q", "p"];

/** Names given by the client stay; what it left without a name gets a short one that nothing else has. */
export function symbolsOf({ values, nodes, objective }: Portrait): Symbols {
  const unnamed = nodes.filter(({ place }) => place.text !== undefined);
  const isUnnamed = new Set(unnamed.map(({ name }) => name));
  const taken = new Set(values.flatMap(({ name }) => (name === null || isUnnamed.has(name) ? [] : [name])));
  const given = new Map<string, string>();
  const free = (candidates: readonly string[]): string | undefined => candidates.find((candidate) => !taken.has(candidate));
  const give = (name: string, short: string): void => {
    taken.add(short);
    given.set(name, short);
  };
  const short: (readonly [string, string])[] = [];
  for (const { name, role } of values) {
    const shorter = name === null || isUnnamed.has(name) ? null : shorterName(name, role === "node");
    if (name === null || shorter === null || taken.has(shorter)) continue;
    give(name, shorter);
    if (role !== "node") short.push([shorter, name]);
  }
  const result = objective?.name ?? null;
  if (result !== null && isUnnamed.has(result)) give(result, free(firstForResult) ?? numbered("f", 1, taken));
  const within = unnamed.filter(({ name }) => name !== result);
  const letters = firstWithin.filter((letter) => !taken.has(letter));
  // Letters are easier to read than numbers, as long as there are a few.
  const stem = letters.find((letter) => ![...taken].some((name) => name.startsWith(letter))) ?? letters[0] ?? "node";
  within.forEach(({ name }, at) => give(name, within.length <= letters.length ? letters[at] : numbered(stem, at + 1, taken)));
  const nameOf = (name: string): string => given.get(name) ?? name;
  const of = ({ name, tensor }: PortrayedValue): Term => (name === null ? literalTerm(tensor) : symbol(nameOf(name)));
  const bySymbol = new Map(
    values.flatMap((value) => (value.name !== null && value.tensor.data.length === 1 ? [[nameOf(value.name), value.tensor] as const] : [])),
  );
  const portrayed = new Map(values.map((each) => [each.value, each]));
  /** Those of a node are asked for by each of its edges. */
  const operands = new Map<PortrayedNode, readonly Term[]>();
  const tensorOf = (value: Value): Tensor | null => portrayed.get(value)?.tensor ?? value.known;
  return {
    nameOf,
    of,
    portrayed: (value) => portrayed.get(value),
    isTaken: (name) => taken.has(name),
    fresh: (candidates) => free(candidates) ?? numbered(candidates[0], 1, taken),
    operandsOf: (node) => {
      const before = operands.get(node);
      if (before !== undefined) return before;
      const written = present(node.node).map((value) => {
        const own = value === null ? undefined : portrayed.get(value);
        if (own !== undefined) return of(own);
        if (value === null) return omitted;
        return value.known === null ? ellipsis : literalTerm(value.known);
      });
      operands.set(node, written);
      return written;
    },
    numbersOf: ({ node }) => {
      const tensors = present(node).map((value) => (value === null ? null : tensorOf(value)));
      const numbers = tensors.flatMap((tensor) => (tensor?.data.length === 1 ? [literalTerm(tensor)] : []));
      return numbers.length === tensors.length ? numbers : null;
    },
    inNumbers: (formula) =>
      substituted(formula, (name) => {
        const tensor = bySymbol.get(name);
        return tensor === undefined ? null : elementTerm(tensor);
      }),
    valueOf: (formula) => evaluated(formula, (name) => bySymbol.get(name)?.data[0] ?? Number.NaN, { erf: (x) => 1 - erfc(x) }),
    shortened: [...short],
    isIntroduced: ({ name }) => given.has(name),
  };
}

/** The operands of a node without those that are left out at the end. */
const present = ({ inputs }: Node): readonly (Value | null)[] => inputs.slice(0, inputs.findLastIndex((value) => value !== null) + 1);

/** Networks count their layers: 0 would be read as a number, and 0.weight as no name; null for a name that can stay. */
function shorterName(name: string, isNode: boolean): string | null {
  const [, layer, part] = /^(?:(.+?)\.)??([^.]+)$/s.exec(name) ?? ["", undefined, name];
  if (layer === undefined) return isNode && /^\d+$/.test(part) ? `h_${part}` : null;
  if (part === "weight") return `W_${layer}`;
  if (part === "bias") return `b_${layer}`;
  return /^\d/.test(name) ? `${part}_${layer}` : null;
}

function numbered(stem: string, from: number, taken: ReadonlySet<string>): string {
  for (let count = from; ; count++) {
    const name = `${stem}_${count}`;
    if (!taken.has(name) && !taken.has(`${stem}${count}`)) return name;
  }
}

/** A single element: a number, or true or false. */
export const elementTerm = ({ data: [element], dtype }: Tensor): Term =>
  dtype === "bool" ? constant(element === 0 ? "false" : "true", element) : number(element);

/** Lists of up to so many numbers are written out where they stand in a formula. */
const mostWritten = 6;

/** A literal as it stands in a formula. */
export function literalTerm(tensor: Tensor): Term {
  const { data, shape } = tensor;
  if (data.length === 1) return [euler, pi].find(({ value }) => value === data[0]) ?? elementTerm(tensor);
  if (data.length > mostWritten || shape.length > 1) return words(`[${shape.join("×")}]`);
  return words(`[${[...data].join(", ")}]`);
}
