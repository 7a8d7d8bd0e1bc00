import { faultIn } from "./fault.ts";
import type { Token, TokenList } from "./token-list.ts";

/** A function of the formula's own, such as `f(x) = x^2`: each call reads its body again, with its arguments in place of the parameters. */
export interface Definition {
  readonly name: Token;
  readonly parameters: readonly string[];
  /** The tokens of its body: the first one's index, and how many there are. */
  readonly body: number;
  readonly length: number;
}

/** The definition that begins at a token; null when something else does. */
export function definitionAt(text: string, tokens: TokenList, from: number): Definition | null {
  if (tokens.kindAt(from) !== "name" || tokens.textAt(from + 1) !== "(") return null;
  const parameters: string[] = [];
  let at = from + 2;
  for (; tokens.kindAt(at) === "name"; at += 2) {
    parameters.push(tokens.textAt(at));
    if (tokens.textAt(at + 1) !== ",") {
      at++;
      break;
    }
  }
  if (parameters.length === 0 || tokens.textAt(at) !== ")" || tokens.kindAt(at) !== "symbol" || tokens.textAt(at + 1) !== "=") return null;
  const name = tokens.at(from);
  const twice = parameters.find((parameter, index) => parameters.indexOf(parameter) < index);
  if (twice !== undefined) throw faultIn(text, name.at, `${name.text} has two parameters ${twice}`);
  const body = at + 2;
  let end = body;
  while (tokens.kindAt(end) !== "break" && tokens.kindAt(end) !== "end") end++;
  return { name, parameters, body, length: end - body };
}
