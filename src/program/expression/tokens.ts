import type { Limits } from "../../request/limits.ts";
import { faultIn } from "./fault.ts";

/** `break` separates statements: a semicolon, or the end of a line outside brackets. */
export type TokenKind = "number" | "name" | "text" | "symbol" | "break" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** As written; of a text what stands between its quotes. */
  readonly text: string;
  readonly at: number;
}

/** Blanks, comments, and lines that a backslash continues. */
const blank = /(?:[ \t\r\f\v\u00A0\uFEFF]|#[^\n]*|\\[ \t\r]*\n)+/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
/** The middle dot continues names in some languages; in a formula it multiplies. */
const name = /[\p{ID_Start}_](?:(?!·)\p{ID_Continue})*/uy;
const symbol = /\*\*=|\*\*|[-+*/^@%]=|[=!<>]=|[-+*/^@%<>=(),[\]]/y;

/** Characters that formulas are written with elsewhere, and what stands for them here. */
const spelled: ReadonlyMap<string, string> = new Map([
  ["−", "-"],
  ["–", "-"],
  ["×", "*"],
  ["·", "*"],
  ["⋅", "*"],
  ["÷", "/"],
  ["≤", "<="],
  ["≥", ">="],
  ["≠", "!="],
  ["²", "^2"],
  ["³", "^3"],
  ["ᵀ", "'"],
  ["’", "'"],
  ["√", "sqrt"],
]);

/** A formula may have this many symbols for each node that a graph may have. */
const symbolsPerNode = 8;

/** Cuts a formula into tokens, the last of which is its end. */
export function tokenize(text: string, limits: Pick<Limits, "nodes">): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let brackets = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  const push = (kind: TokenKind, written: string, value = written): void => {
    tokens.push({ kind, text: value, at });
    at += written.length;
  };
  while (at < text.length) {
    const skipped = match(blank);
    if (skipped !== null) {
      at += skipped.length;
      continue;
    }
    if (tokens.length > symbolsPerNode * limits.nodes) {
      throw faultIn(text, at, `the formula has more than ${symbolsPerNode * limits.nodes} symbols`, undefined, "too_many_nodes");
    }
    const next = text[at];
    const written = match(number) ?? match(name);
    if (written !== null) push(/[\d.]/.test(next) ? "number" : "name", written);
    else if (next === "\n" && brackets > 0) at++;
    else if (next === ";" || next === "\n") push("break", next);
    else if (next === "'" && endsOperand(tokens.at(-1), at)) push("symbol", next);
    else if (next === "'" || next === '"') {
      const end = closingQuote(text, at);
      push("text", text.slice(at, end + 1), text.slice(at + 1, end));
    } else {
      const sign = match(symbol);
      if (sign === null) throw next === "." ? dotted(text, at, tokens.at(-1)) : unexpected(text, at);
      if (sign === "(" || sign === "[") brackets++;
      else if (sign === ")" || sign === "]") brackets--;
      push("symbol", sign);
    }
  }
  push("end", "");
  return tokens;
}

/** Whether a quote here is the postfix operator: directly behind something that it can apply to. */
function endsOperand(token: Token | undefined, at: number): boolean {
  if (token === undefined || token.at + token.text.length !== at) return false;
  return token.kind === "name" || token.kind === "number" || (token.kind === "symbol" && [")", "]", "'"].includes(token.text));
}

function closingQuote(text: string, at: number): number {
  const end = text.indexOf(text[at], at + 1);
  const line = text.indexOf("\n", at);
  if (end < 0 || (line >= 0 && line < end)) throw faultIn(text, at, `the text that begins with ${text[at]} here is not closed on its line`);
  return end;
}

/** Libraries call their functions, and what belongs to an object, behind a dot; nothing has one here. */
function dotted(text: string, at: number, before: Token | undefined): Error {
  const member = /^\.(\w+)/.exec(text.slice(at, at + 40))?.[1];
  if (member === undefined || before === undefined || !endsOperand(before, at)) return unexpected(text, at);
  if (member === "T") return faultIn(text, at, `the transpose is written ${before.text}'`, `${before.text}'`);
  return faultIn(text, at, `nothing stands behind a dot here: functions have plain names, such as ${member}(…)`, member);
}

function unexpected(text: string, at: number): Error {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const meant = spelled.get(character);
  if (meant !== undefined) return faultIn(text, at, `${character} is not read here: write ${meant}`, meant);
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const shown = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u.test(character) ? "" : `${character} `;
  return faultIn(text, at, `unexpected character ${shown}(U+${code})`);
}
