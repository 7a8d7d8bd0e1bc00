import type { Limits } from "../../request/limits.ts";
import type { Draft } from "../draft.ts";
import { Emitter, type NameFacts } from "./emitter.ts";
import { faultIn } from "./fault.ts";
import { type Definition, definitionAt } from "./definitions.ts";
import { Parser } from "./parser.ts";
import { assigning } from "./refusals.ts";
import type { Reference, FormulaTerm } from "./term.ts";
import type { Token, TokenList } from "./token-list.ts";
import { tokenize } from "./tokens.ts";

/**
 * The draft of a formula. Statements end with a semicolon or a line; the last one is the output. Names that are read and never assigned
 * are inputs, except `e` and `pi` when no tensor is given for them. Throws invalid_expression and its like with line and column.
 */
export function draftOfExpression(text: string, given: { has(name: string): boolean }, limits: Limits): Draft {
  const tokens = tokenize(text, limits);
  const emitter = new Emitter(text, { ...namesIn(text, tokens), given }, limits);
  const parser = new Parser(text, tokens, emitter, limits);
  let outputs: readonly string[] | null = null;
  let defined: Definition | null = null;
  for (;;) {
    while (parser.next.kind === "break") parser.take();
    if (parser.next.kind === "end") break;
    defined = definitionAt(text, tokens, parser.at);
    if (defined === null) outputs = statement(parser, emitter);
    else parser.define(defined);
    parser.endStatement();
  }
  if (defined !== null) outputs = [valueOf(defined, parser, emitter)];
  if (outputs === null) throw faultIn(text, text.length, "the formula is empty");
  return emitter.draft(outputs);
}

/** A formula that ends with a function is the function's value where its parameters are inputs. */
function valueOf(definition: Definition, parser: Parser, emitter: Emitter): string {
  const { name, parameters } = definition;
  const terms = parameters.map((parameter) => emitter.read(parameter, name.at));
  return emitter.assign({ kind: "reference", name: name.text, at: name.at }, parser.call(definition, terms, name.at));
}

/** Reads a statement and returns the names of what it computes. */
function statement(parser: Parser, emitter: Emitter): readonly string[] {
  const targets = targetsOf(parser);
  if (targets.length === 0) return [emitter.keep(parser.expression())];
  const sign = parser.take();
  const [target] = targets;
  if (sign.text !== "=") {
    if (targets.length > 1) throw parser.fault(sign, `${sign.text} changes one name`);
    const before = emitter.read(target.name, target.at);
    const sum = parser.infix({ ...sign, text: sign.text.slice(0, -1) }, before, parser.expression());
    return [emitter.assign(target, sum)];
  }
  const begin = parser.next;
  const term = parser.expression();
  if (targets.length === 1) return [emitter.assign(target, term)];
  if (term.kind !== "unnamed" || !isCall(term, begin)) {
    throw parser.fault(begin, `several names are assigned from one function with several results`);
  }
  return emitter.assignAll(targets, term);
}

const isCall = (term: FormulaTerm, begin: Token): boolean => begin.kind === "name" && term.at === begin.at;

/** The names before an assigning sign; none when the statement assigns nothing. */
function targetsOf(parser: Parser): readonly Reference[] {
  const count = targetCount(parser.tokens, parser.at);
  return Array.from({ length: count }, () => {
    const { text, at } = parser.take();
    if (parser.next.text === ",") parser.take();
    return { kind: "reference", name: text, at };
  });
}

/** How many names, separated by commas, stand before an assigning sign from a token on; 0 when something else does. */
function targetCount(tokens: TokenList, from: number): number {
  for (let count = 1; ; count++) {
    const name = from + 2 * count - 2;
    if (tokens.kindAt(name) !== "name" || tokens.kindAt(name + 1) !== "symbol") return 0;
    const sign = tokens.textAt(name + 1);
    if (assigning.has(sign)) return count;
    if (sign !== ",") return 0;
  }
}

function namesIn(text: string, tokens: TokenList): Omit<NameFacts, "given"> {
  const mentioned = new Set<string>();
  const assignments = new Map<string, number>();
  let begins = true;
  let defined: string | undefined;
  for (let at = 0; at < tokens.length; at++) {
    if (begins && tokens.kindAt(at) !== "break" && tokens.kindAt(at) !== "end") {
      defined = definitionAt(text, tokens, at)?.name.text;
      const count = targetCount(tokens, at);
      for (let target = 0; target < count; target++) {
        const name = tokens.textAt(at + 2 * target);
        if (name !== "_" || count === 1) assignments.set(name, (assignments.get(name) ?? 0) + 1);
      }
    }
    const kind = tokens.kindAt(at);
    begins = kind === "break";
    if (kind !== "name") continue;
    const name = tokens.textAt(at);
    if (name === "__proto__") throw faultIn(text, tokens.at(at).at, "__proto__ may not be a name");
    if (tokens.textAt(at + 1) !== "(") mentioned.add(name);
  }
  if (defined !== undefined) assignments.set(defined, (assignments.get(defined) ?? 0) + 1);
  return { mentioned, assignments };
}
