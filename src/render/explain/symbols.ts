import { ellipsis, number, symbol, type Term, words } from "../../formula/term.ts";
import type { Node, Value } from "../../ir/graph.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Portrait, PortrayedNode, PortrayedValue } from "../portrait.ts";

/** What formulas call the values of a portrait. */
export interface Symbols {
  readonly of: (value: PortrayedValue) => Term;
  /** The symbol of a named value, as a text. */
  readonly nameOf: (name: string) => string;
  /** The first of the candidates that nothing is called yet, or one with a number. */
  readonly fresh: (candidates: readonly string[]) => string;
  /** What stands for a node's operands in its formula. */
  readonly operandsOf: (node: PortrayedNode) => readonly Term[];
  /** Their numbers; null where they are not single numbers. */
  readonly numbersOf: (node: PortrayedNode) => readonly Term[] | null;
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
  const result = objective?.name ?? null;
  if (result !== null && isUnnamed.has(result)) give(result, free(firstForResult) ?? numbered("f", 1, taken));
  const within = unnamed.filter(({ name }) => name !== result);
  const letters = firstWithin.filter((letter) => !taken.has(letter));
  // Letters are easier to read than numbers, as long as there are a few.
  const stem = letters.find((letter) => ![...taken].some((name) => name.startsWith(letter))) ?? letters[0] ?? "node";
  within.forEach(({ name }, at) => give(name, within.length <= letters.length ? letters[at] : numbered(stem, at + 1, taken)));
  const nameOf = (name: string): string => given.get(name) ?? name;
  const of = ({ name, tensor }: PortrayedValue): Term => (name === null ? literalTerm(tensor) : symbol(nameOf(name)));
  const portrayed = new Map(values.map((each) => [each.value, each]));
  const tensorOf = (value: Value): Tensor | null => portrayed.get(value)?.tensor ?? value.known;
  return {
    nameOf,
    of,
    fresh: (candidates) => free(candidates) ?? numbered(candidates[0], 1, taken),
    operandsOf: ({ node }) =>
      present(node).map((value) => {
        const own = value === null ? undefined : portrayed.get(value);
        if (own !== undefined) return of(own);
        return value?.known ? literalTerm(value.known) : ellipsis;
      }),
    numbersOf: ({ node }) => {
      const tensors = present(node).map((value) => (value === null ? null : tensorOf(value)));
      const numbers = tensors.flatMap((tensor) => (tensor?.data.length === 1 ? [number(tensor.data[0])] : []));
      return numbers.length === tensors.length ? numbers : null;
    },
    isIntroduced: ({ name }) => given.has(name),
  };
}

/** The operands of a node without those that are left out at the end. */
const present = ({ inputs }: Node): readonly (Value | null)[] => inputs.slice(0, inputs.findLastIndex((value) => value !== null) + 1);

function numbered(stem: string, from: number, taken: ReadonlySet<string>): string {
  for (let count = from; ; count++) {
    const name = `${stem}_${count}`;
    if (!taken.has(name) && !taken.has(`${stem}${count}`)) return name;
  }
}

/** Lists of up to so many numbers are written out where they stand in a formula. */
const mostWritten = 6;

/** A literal as it stands in a formula. */
export function literalTerm({ data, shape }: Tensor): Term {
  if (data.length === 1) return number(data[0]);
  if (data.length > mostWritten || shape.length > 1) return words(`[${shape.join("×")}]`);
  return words(`[${[...data].join(", ")}]`);
}
