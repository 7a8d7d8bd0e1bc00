import type { FormulaFault } from "../shell/problem.ts";
import { namesIn } from "./names.ts";

/** A function that can be called in a formula. */
export interface FunctionEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** As text in one line, where the catalogue has it. */
  readonly formula: string | null;
}

/** A word that is being written, from an offset up to the caret. */
export interface OpenWord {
  readonly from: number;
  readonly text: string;
}

/** The word before the caret, where it could still become a function: a number's exponent, or a named argument's value, is none. */
export function wordBefore(text: string, caret: number): OpenWord | null {
  const [word] = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(text.slice(0, caret)) ?? [];
  if (word === undefined || word.length < 2) return null;
  const from = caret - word.length;
  const isInside = /^[\p{L}\p{N}_]/u.test(text.slice(caret)) || /[\p{N}.]$/u.test(text.slice(0, from));
  return isInside ? null : { from, text: word };
}

/** The functions that begin as the word does, then those that hold it, by their names and aliases; at most eight. */
export function completionsOf(word: string, functions: readonly FunctionEntry[]): FunctionEntry[] {
  const sought = word.toLowerCase();
  const rank = ({ name, aliases }: FunctionEntry): number => {
    const names = [name, ...aliases].map((each) => each.toLowerCase());
    if (names.includes(sought)) return 0;
    if (names.some((each) => each.startsWith(sought))) return 1;
    return sought.length > 2 && names.some((each) => each.includes(sought)) ? 2 : 3;
  };
  return functions
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((each) => each.rank < 3)
    .toSorted((first, second) => first.rank - second.rank || first.entry.name.length - second.entry.name.length)
    .slice(0, 8)
    .map(({ entry }) => entry);
}

/**
 * Whether the first of the offers is what somebody most likely writes: it is taken without being picked. A short word, or one that the
 * formula has already, is more likely a name of one's own, which must not turn into a function at the end of its line.
 */
export function isLikely(text: string, { from, text: word }: OpenWord, [first]: readonly FunctionEntry[]): boolean {
  const others = namesIn(text.slice(0, from) + text.slice(from + word.length));
  const names = first === undefined ? [] : [first.name, ...first.aliases];
  return word.length > 2 && !others.includes(word) && names.some((name) => name.startsWith(word));
}

/** The text with the word replaced by a call, and where the caret then stands: between the parentheses. */
export function completed(text: string, { from, text: word }: OpenWord, name: string): { readonly text: string; readonly caret: number } {
  const rest = text.slice(from + word.length);
  const caret = from + name.length + 1;
  return { text: `${text.slice(0, from)}${name}${rest.startsWith("(") ? "" : "()"}${rest}`, caret };
}

/** Where a fault's characters stand in the text: from the place that a line and a column name, to the end of the word there. */
export function spanOf(text: string, line: number, column: number): { readonly from: number; readonly to: number } {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const within = Array.from(lines[line - 1] ?? "")
    .slice(0, column - 1)
    .join("").length;
  const from = Math.min(before + within, text.length);
  const [word] = /^(?:[\p{L}_][\p{L}\p{N}_]*|[\p{N}.]+|[^\n])/u.exec(text.slice(from)) ?? [" "];
  return { from, to: from + word.length };
}

/**
 * The text with what a fault suggests in it: in the place of a word, or of two factors whose sign was left out, of which the fault names the
 * second. Null elsewhere: how far the suggestion reaches is then for its reader to see.
 */
export function corrected(text: string, { line, column, suggestion = "" }: FormulaFault): string | null {
  const { from, to } = spanOf(text, line, column);
  const there = text.slice(from, to);
  const before = text.slice(0, from).trimEnd();
  const first = suggestion.endsWith(`*${there}`) ? suggestion.slice(0, -there.length - 1) : "";
  if (first !== "" && before.endsWith(first)) return before.slice(0, -first.length) + suggestion + text.slice(to);
  return isWord(there) && isWord(suggestion) ? text.slice(0, from) + suggestion + text.slice(to) : null;
}

const isWord = (text: string): boolean => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text);
