import type { Limits } from "../../request/limits.ts";
import { faultIn } from "./fault.ts";
import { fixed } from "./emitter.ts";
import { notRead, spelled } from "./spelling.ts";
import { functionNamed } from "./vocabulary.ts";
import { type Token, type TokenKind, TokenList } from "./token-list.ts";

/** Names are no longer than this in the whole contract. */
const longestName = 256;

/** Blanks, a comment, or a line that a backslash continues. One at a time: a choice that is repeated takes memory for each repetition. */
const blank = /[ \t\r\f\v\u00A0\uFEFF]+|#[^\n]*|\\[ \t\r]*\n/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
/** The middle dot continues names in some languages; in a formula it multiplies. Small raised letters are exponents. */
const name = /[[\p{ID_Start}_∞]--[ᵀⁿˣʸᵏ]][[\p{ID_Continue}₀-₉]--[·ᵀⁿˣʸᵏ]]{0,256}/vy;
const power = /[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/y;
const symbol = /\*\*=|\*\*|[-+*/^@%]=|[=!<>]=|[-+*/^@%<>=(),[\]|:]/y;

/** A formula may have this many symbols for each node that a graph may have. */
const symbolsPerNode = 8;

/** Cuts a formula into tokens, the last of which is its end. No character is looked at more than a few times. */
export function tokenize(text: string, limits: Pick<Limits, "nodes">): TokenList {
  const tokens = new TokenList(text);
  let at = 0;
  let brackets = 0;
  let before: Token | undefined;
  const lineEnd = lineEndIn(text);
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  const push = (kind: TokenKind, written: string): void => {
    tokens.add(kind, at, at + written.length);
    before = { kind, text: written, at };
    at += written.length;
  };
  while (at < text.length) {
    const next = text[at];
    if (next === "\n" || next === ";" || next === "；") {
      // Lines may end anywhere inside brackets, and nothing stands between two breaks.
      if ((next === "\n" && brackets > 0) || before?.kind === "break") at++;
      else push("break", next);
      continue;
    }
    const skipped = match(blank);
    if (skipped !== null) {
      at += skipped.length;
      continue;
    }
    if (tokens.length > symbolsPerNode * limits.nodes) {
      throw faultIn(text, at, `the formula has more than ${symbolsPerNode * limits.nodes} symbols`, undefined, "too_many_nodes");
    }
    const written = match(number) ?? match(name);
    if (written !== null) {
      if (written.length > longestName && !/^[\d.]/.test(next)) throw faultIn(text, at, `a name has at most ${longestName} characters`);
      push(/[\d.]/.test(next) ? "number" : "name", written);
    } else if (next === "'" && endsOperand(before, at)) push("symbol", next);
    else if (next === "'" || next === '"') {
      const end = text.indexOf(next, at + 1);
      if (end < 0 || end > lineEnd(at)) throw faultIn(text, at, `the text that begins with ${next} here is not closed on its line`);
      push("text", text.slice(at, end + 1));
    } else {
      const raised = match(power);
      if (raised !== null) {
        push("power", raised);
        continue;
      }
      const sign = match(symbol) ?? (spelled.has(next) ? next : null);
      if (sign === null) throw next === "." ? dotted(text, at, before) : unexpected(text, at, before);
      const meant = spelled.get(sign) ?? sign;
      if (meant === "(" || meant === "[") brackets++;
      else if (meant === ")" || meant === "]") brackets--;
      push("symbol", sign);
    }
  }
  push("end", "");
  return tokens;
}

/** Where the line ends on which an offset lies. Asked for rising offsets, it looks at no line twice. */
function lineEndIn(text: string): (at: number) => number {
  let end = -1;
  return (at) => {
    if (end >= at) return end;
    end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    return end;
  };
}

/** Whether a quote here is the postfix operator: directly behind something that it can apply to. */
function endsOperand(token: Token | undefined, at: number): boolean {
  if (token === undefined || token.at + token.text.length !== at) return false;
  return ["name", "number", "power"].includes(token.kind) || (token.kind === "symbol" && [")", "]", "'", "|"].includes(token.text));
}

/** Libraries call their functions, and what belongs to an object, behind a dot; nothing has one here. */
function dotted(text: string, at: number, before: Token | undefined): Error {
  const member = /^\.(\w+)/.exec(text.slice(at, at + 40))?.[1];
  if (text.startsWith("...", at)) return faultIn(text, at, "every axis is written: x[:, 0] takes the first place of the second axis");
  if (member === undefined || before === undefined || !endsOperand(before, at)) return unexpected(text, at, before);
  if (member === "T") return faultIn(text, at, `the transpose is written ${before.text}'`, `${before.text}'`);
  const isKnown = functionNamed(member, 1) !== undefined || fixed.has(member);
  const meant = isKnown ? `: write ${fixed.has(member) ? member : `${member}(…)`}` : "";
  return faultIn(
    text,
    at,
    `nothing stands behind a dot here, functions and numbers have plain names${meant}`,
    isKnown ? member : undefined,
  );
}

function unexpected(text: string, at: number, before: Token | undefined): Error {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const told = notRead(character, before !== undefined && endsOperand(before, at));
  if (told !== undefined) return faultIn(text, at, `${character} is not read here: ${told.advice}`, told.suggestion);
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const shown = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u.test(character) ? "" : `${character} `;
  return faultIn(text, at, `unexpected character ${shown}(U+${code})`);
}
