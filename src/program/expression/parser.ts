import type { Limits } from "../../request/limits.ts";
import type { Problem } from "../../problems/problems.ts";
import { callFunction, type NamedTerm } from "./calls.ts";
import type { Emitter } from "./emitter.ts";
import { faultIn, placeIn } from "./fault.ts";
import { listOf, type FormulaTerm } from "./term.ts";
import type { Token, TokenList } from "./token-list.ts";
import { functionNamed, infixOperator, postfixOperator, prefixOperator } from "./vocabulary.ts";

/** How tightly infix signs bind; a prefix sign binds looser than ^ and tighter than the rest, as in mathematics: -x^2 is -(x^2). */
const strength: ReadonlyMap<string, number> = new Map([
  ...["==", "!=", "<", "<=", ">", ">="].map((sign) => [sign, 1] as const),
  ...["+", "-"].map((sign) => [sign, 2] as const),
  ...["*", "/", "@", "%"].map((sign) => [sign, 3] as const),
  ...["^", "**"].map((sign) => [sign, 5] as const),
]);
const comparing = 1;
const prefixStrength = 4;
/** Signs of this strength group from the right: a^b^c is a^(b^c). */
const rightward = 5;

/** Reads terms from a list of tokens by precedence climbing. Depth is limited; length is not. */
export class Parser {
  readonly tokens: TokenList;
  readonly #text: string;
  readonly #emitter: Emitter;
  readonly #limits: Pick<Limits, "nesting">;
  #at = 0;
  #next: Token;
  #depth = 0;

  constructor(text: string, tokens: TokenList, emitter: Emitter, limits: Pick<Limits, "nesting">) {
    this.tokens = tokens;
    this.#text = text;
    this.#emitter = emitter;
    this.#limits = limits;
    this.#next = tokens.at(0);
  }

  /** How many tokens were taken. */
  get at(): number {
    return this.#at;
  }

  get next(): Token {
    return this.#next;
  }

  take(): Token {
    const token = this.#next;
    this.#next = this.tokens.at(++this.#at);
    return token;
  }

  fault(token: Token, sentence: string, suggestion?: string): Problem {
    return faultIn(this.#text, token.at, sentence, suggestion);
  }

  /** A whole expression: everything up to a sign that cannot go on with one. */
  expression(): FormulaTerm {
    return this.#binary(0);
  }

  #binary(least: number): FormulaTerm {
    this.#enter();
    let left = this.#operand();
    let compared = false;
    for (;;) {
      const sign = this.next;
      const binds = sign.kind === "symbol" ? strength.get(sign.text) : undefined;
      if (binds === undefined) this.#refuseOperand(sign);
      if (binds === undefined || binds < least) break;
      if (binds === comparing && compared) throw this.fault(sign, "comparisons cannot be chained: combine two of them with and(…)");
      compared = binds === comparing;
      this.take();
      const right = this.#binary(binds === rightward ? binds : binds + 1);
      left = this.infix(sign, left, right);
    }
    this.#depth--;
    return left;
  }

  infix(sign: Token, left: FormulaTerm, right: FormulaTerm): FormulaTerm {
    const op = infixOperator(sign.text);
    if (op === undefined)
      throw this.fault(sign, `there is no operator ${sign.text}${sign.text === "!=" ? "; it is written not(a == b)" : ""}`);
    return this.#emitter.apply(op, [left, right], sign.at);
  }

  #operand(): FormulaTerm {
    const sign = this.next;
    if (sign.kind === "symbol" && (sign.text === "-" || sign.text === "+")) {
      this.take();
      const operand = this.#binary(prefixStrength);
      if (sign.text === "+") return operand;
      if (operand.kind === "literal" && typeof operand.json === "number") return { ...operand, json: -operand.json, at: sign.at };
      const op = prefixOperator(sign.text);
      if (op === undefined) throw this.fault(sign, `there is no operator ${sign.text} for one operand`);
      return this.#emitter.apply(op, [operand], sign.at);
    }
    let term = this.#primary();
    while (this.next.kind === "symbol" && this.next.text === "'") {
      const mark = this.take();
      const op = postfixOperator(mark.text);
      if (op === undefined) throw this.fault(mark, `there is no operator ${mark.text} behind an operand`);
      term = this.#emitter.apply(op, [term], mark.at);
    }
    return term;
  }

  #primary(): FormulaTerm {
    const token = this.take();
    if (token.kind === "number") return { kind: "literal", json: Number(token.text), at: token.at };
    if (token.kind === "text") return { kind: "literal", json: token.text, at: token.at };
    if (token.kind === "name") {
      if (this.next.kind !== "symbol" || this.next.text !== "(") return this.#emitter.read(token.text, token.at);
      const { positional, named } = this.#arguments(this.take());
      return callFunction(this.#text, this.#emitter, token, positional, named);
    }
    if (token.text === "(") {
      const inner = this.#binary(0);
      this.#close(token, ")");
      return inner;
    }
    if (token.text === "[") return listOf(this.#items(token), token.at);
    throw this.fault(token, `expected a value, found ${described(token)}`);
  }

  #items(open: Token): readonly FormulaTerm[] {
    const items: FormulaTerm[] = [];
    while (!this.#isNext("]")) {
      if (items.length > 0) this.#comma(open, "]");
      items.push(this.#binary(0));
    }
    this.take();
    return items;
  }

  #arguments(open: Token): { positional: readonly FormulaTerm[]; named: readonly NamedTerm[] } {
    const positional: FormulaTerm[] = [];
    const named: NamedTerm[] = [];
    while (!this.#isNext(")")) {
      if (positional.length + named.length > 0) this.#comma(open, ")");
      const name = this.next;
      if (name.kind === "name" && this.tokens.kindAt(this.#at + 1) === "symbol" && this.tokens.textAt(this.#at + 1) === "=") {
        this.take();
        this.take();
        named.push({ name, term: this.#binary(0) });
      } else if (named.length > 0) throw this.fault(name, "positional arguments come before named ones");
      else positional.push(this.#binary(0));
    }
    this.take();
    return { positional, named };
  }

  #isNext(symbol: string): boolean {
    return this.next.kind === "symbol" && this.next.text === symbol;
  }

  #comma(open: Token, closing: string): void {
    if (!this.#isNext(",")) throw this.#unclosed(open, closing, `, or ${closing}`);
    this.take();
  }

  #close(open: Token, closing: string): void {
    if (!this.#isNext(closing)) throw this.#unclosed(open, closing, closing);
    this.take();
  }

  #unclosed(open: Token, closing: string, expected: string): Problem {
    const place = placeIn(this.#text, open.at);
    if (this.next.kind === "end") return this.fault(this.next, `the ${open.text} at ${place} is never closed: expected ${closing}`);
    return this.fault(this.next, `expected ${expected} for the ${open.text} at ${place}, found ${described(this.next)}`);
  }

  /** Two operands with nothing between them are a product in mathematics; here a product has its sign. */
  #refuseOperand(token: Token): void {
    const begins =
      ["number", "name", "text"].includes(token.kind) || (token.kind === "symbol" && (token.text === "(" || token.text === "["));
    if (!begins) return;
    const before = this.tokens.at(this.#at - 1);
    // Inside brackets a line may end anywhere: the bracket that is not closed is the likelier fault.
    if (this.#text.slice(before.at, token.at).includes("\n")) return;
    this.#refuseBareFunction(token);
    const isProduct = before.kind !== "text" && token.kind !== "text" && !(before.kind === "number" && /^[\d._]/.test(token.text));
    if (token.text === "[")
      throw this.fault(token, "a part of a tensor is taken by a function, such as gather(x, 0) or slice(x, [0], [2])");
    if (!isProduct) throw this.fault(token, `expected an operator, found ${described(token)}`);
    const product = `${before.text}*${token.text}`;
    throw this.fault(token, `expected an operator between ${before.text} and ${token.text}; a product is written ${product}`, product);
  }

  /** `sin x` and `sin^2(x)` are usual in print; here a function is followed by its argument in parentheses. */
  #refuseBareFunction(token: Token): void {
    const first = Math.max(0, this.#at - 3);
    const [name, sign, power] = Array.from({ length: this.#at - first }, (_, ahead) => this.tokens.at(first + ahead));
    const isFunction = (word: Token | undefined): boolean =>
      word?.kind === "name" && !this.#emitter.isKnown(word.text) && functionNamed(word.text, 1) !== undefined;
    if (token.text === "(" && isFunction(name) && strength.get(sign?.text) === rightward) {
      const written = `${name.text}(…)^${power.text}`;
      throw this.fault(sign, `a power of a function is written behind its argument: ${written}`, written);
    }
    const before = this.tokens.at(this.#at - 1);
    if (token.text !== "(" && token.kind !== "text" && isFunction(before)) {
      const written = `${before.text}(${token.text})`;
      throw this.fault(before, `the argument of a function stands in parentheses: ${written}`, written);
    }
  }

  #enter(): void {
    if (++this.#depth <= this.#limits.nesting) return;
    const sentence = `the formula nests more than ${this.#limits.nesting} deep: split it into statements`;
    throw faultIn(this.#text, this.next.at, sentence, undefined, "nesting_too_deep");
  }
}

/** A token as error messages name it. */
export function described(token: Token): string {
  if (token.kind === "end") return "the end of the formula";
  if (token.kind === "break") return token.text === ";" ? "a semicolon" : "the end of the line";
  return token.kind === "text" ? `the text "${token.text}"` : token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
}
