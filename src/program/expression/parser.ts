import type { Limits } from "../../request/limits.ts";
import type { Problem } from "../../problems/problems.ts";
import { argumentsOf, callFunction, type NamedTerm } from "./calls.ts";
import type { Definition } from "./definitions.ts";
import type { Emitter } from "./emitter.ts";
import { faultIn, placeIn } from "./fault.ts";
import { described, noValue, refuseComma, refuseOperand, unfinished } from "./refusals.ts";
import { type Range, type Subscript, subscripted } from "./subscripts.ts";
import { listOf, type FormulaTerm } from "./term.ts";
import type { Token, TokenList } from "./token-list.ts";
import { enclosing, functionNamed, infixOperator, negated, postfixOperator, prefixOperator } from "./vocabulary.ts";

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

function strengthOf({ kind, text }: Token): number | undefined {
  return kind === "power" ? rightward : kind === "symbol" ? strength.get(text) : undefined;
}

/** Signs before an operand that bind it at once, as a function does. */
const roots: ReadonlySet<string> = new Set(["√", "∛"]);

const plain: ReadonlyMap<string, string> = new Map(Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", (raised, at) => [raised, "0123456789+-"[at]]));

/** Reads terms from a list of tokens by precedence climbing. Depth is limited; length is not. */
export class Parser {
  readonly tokens: TokenList;
  readonly text: string;
  readonly emitter: Emitter;
  readonly #limits: Pick<Limits, "nesting" | "nodes">;
  readonly #functions = new Map<string, Definition>();
  /** What the parameters stand for of the function whose body is read. */
  #scope: ReadonlyMap<string, FormulaTerm> = new Map();
  readonly #calling = new Set<Definition>();
  #readAgain = 0;
  #at = 0;
  #next: Token;
  /** Where the last token ends that was taken. */
  #end = 0;
  #depth = 0;

  constructor(text: string, tokens: TokenList, emitter: Emitter, limits: Pick<Limits, "nesting" | "nodes">) {
    this.tokens = tokens;
    this.text = text;
    this.emitter = emitter;
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
    this.#end = token.at + token.text.length;
    this.#next = this.tokens.at(++this.#at);
    return token;
  }

  fault(token: Token, sentence: string, suggestion?: string): Problem {
    return faultIn(this.text, token.at, sentence, suggestion);
  }

  /** Throws unless the statement ends here. */
  endStatement(): void {
    if (this.next.kind !== "break" && this.next.kind !== "end") throw unfinished(this);
  }

  /** Takes a definition, which is read where it is called. */
  define(definition: Definition): void {
    const { name, body, length } = definition;
    if (length === 0) throw this.fault(this.tokens.at(body), `${name.text} has no body`);
    this.#functions.set(name.text, definition);
    this.#moveTo(body + length);
  }

  #moveTo(at: number): void {
    this.#at = at;
    this.#next = this.tokens.at(at);
  }

  /** The body of a function of the formula's own, with terms in place of its parameters. */
  call(definition: Definition, terms: readonly FormulaTerm[], at: number): FormulaTerm {
    const { name, parameters, body, length } = definition;
    if (this.#calling.has(definition)) throw faultIn(this.text, at, `${name.text} calls itself, which functions here do not`);
    // What is read again makes nodes, or takes their time.
    this.#readAgain += length;
    if (this.#readAgain > this.#limits.nodes) {
      throw faultIn(this.text, at, "functions that call functions make the formula too long", undefined, "too_many_nodes");
    }
    const [scope, back, end] = [this.#scope, this.#at, this.#end];
    this.#calling.add(definition);
    this.#scope = new Map(parameters.map((parameter, index) => [parameter, terms[index]]));
    this.#moveTo(body);
    this.emitter.enterCall(name.text);
    const term = this.expression();
    this.emitter.leaveCall();
    this.endStatement();
    this.#moveTo(back);
    this.#end = end;
    this.#scope = scope;
    this.#calling.delete(definition);
    return term;
  }

  /** A whole expression: everything up to a sign that cannot go on with one. */
  expression(): FormulaTerm {
    return this.#binary(0);
  }

  #binary(least: number): FormulaTerm {
    this.#enter();
    const begin = this.next.at;
    let left = this.#operand();
    this.emitter.wrote(begin, this.#end);
    let compared = false;
    for (;;) {
      const sign = this.next;
      const binds = strengthOf(sign);
      if (binds === undefined) refuseOperand(this);
      if (binds === undefined || binds < least) break;
      if (binds === comparing && compared) throw this.fault(sign, "comparisons cannot be chained: combine two of them with and(…)");
      compared = binds === comparing;
      this.take();
      left =
        sign.kind === "power" ? this.#raised(left, sign) : this.infix(sign, left, this.#binary(binds === rightward ? binds : binds + 1));
      this.emitter.wrote(begin, this.#end);
    }
    this.#depth--;
    return left;
  }

  infix(sign: Token, left: FormulaTerm, right: FormulaTerm): FormulaTerm {
    const isNegated = sign.text === negated.sign;
    const op = infixOperator(isNegated ? negated.of : sign.text);
    if (op === undefined) throw this.fault(sign, `there is no operator ${sign.text}`);
    const term = this.emitter.apply(op, [left, right], sign.at);
    const by = isNegated ? functionNamed(negated.by, 1) : undefined;
    return by === undefined ? term : this.emitter.apply(by.op, [term], sign.at);
  }

  /** x² is x^2. */
  #raised(base: FormulaTerm, { text, at }: Token): FormulaTerm {
    const digits = Array.from(text, (raised) => plain.get(raised) ?? raised).join("");
    return this.infix({ kind: "symbol", text: "^", at }, base, { kind: "literal", json: Number(digits), at });
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
      return this.emitter.apply(op, [operand], sign.at);
    }
    if (sign.kind === "symbol" && roots.has(sign.text)) return this.#root();
    let term = this.#primary();
    while (this.next.kind === "symbol" && (this.next.text === "'" || this.next.text === "[")) {
      const mark = this.take();
      if (mark.text === "[") {
        term = subscripted(this.text, this.emitter, term, this.#subscripts(mark), mark.at);
        continue;
      }
      const op = postfixOperator(mark.text);
      if (op === undefined) throw this.fault(mark, `there is no operator ${mark.text} behind an operand`);
      term = this.emitter.apply(op, [term], mark.at);
    }
    return term;
  }

  /** √ reaches as far as its operand does: to the power behind that, some would say, and others not. */
  #root(): FormulaTerm {
    this.#enter();
    const sign = this.take();
    const first = this.next;
    const operand = this.#operand();
    if (first.text !== "(" && strengthOf(this.next) === rightward) {
      throw this.fault(this.next, `how far ${sign.text} reaches is not clear here: write ${sign.text}(…)`);
    }
    const op = prefixOperator(sign.text);
    if (op === undefined) throw this.fault(sign, `there is no operator ${sign.text}`);
    this.#depth--;
    return this.emitter.apply(op, [operand], sign.at);
  }

  #primary(): FormulaTerm {
    const token = this.take();
    if (token.kind === "number") return { kind: "literal", json: Number(token.text), at: token.at };
    if (token.kind === "text") return { kind: "literal", json: token.text, at: token.at };
    if (token.kind === "name") {
      const parameter = this.#scope.get(token.text);
      if (!this.#isNext("(")) return parameter === undefined ? this.#read(token) : { ...parameter, at: token.at };
      const { positional, named } = this.#arguments(this.take());
      const own = this.#functions.get(token.text);
      if (own === undefined) return callFunction(this.text, this.emitter, token, positional, named);
      return this.call(own, argumentsOf(this.text, own, token, positional, named), token.at);
    }
    if (token.text === "|" && token.kind === "symbol") return this.#absolute(token);
    if (token.text === "(") {
      const inner = this.#binary(0);
      this.#close(token, ")");
      return inner;
    }
    if (token.text === "[") return listOf(this.#items(token), token.at);
    throw noValue(this, token);
  }

  #read({ text, at }: Token): FormulaTerm {
    const own = this.#functions.get(text);
    if (own === undefined || this.emitter.isKnown(text)) return this.emitter.read(text, at);
    const written = `${text}(${own.parameters.join(", ")})`;
    throw faultIn(this.text, at, `${text} is a function: write ${written}`, written);
  }

  #absolute(open: Token): FormulaTerm {
    if (this.#isNext("|") && this.next.at === open.at + 1) throw this.fault(open, "the norm is written norm(x)");
    const inner = this.#binary(0);
    this.#close(open, "|");
    return this.emitter.apply(enclosing("|"), [inner], open.at);
  }

  #subscripts(open: Token): readonly Subscript[] {
    const found: Subscript[] = [];
    while (!this.#isNext("]") || found.length === 0) {
      if (found.length > 0) this.#comma(open, "]");
      found.push(this.#subscript());
    }
    this.take();
    return found;
  }

  /** A place along an axis, or a range of them. */
  #subscript(): Subscript {
    const { at } = this.next;
    const bounds: (FormulaTerm | null)[] = [];
    for (;;) {
      bounds.push(this.#isNext(":") || this.#isNext(",") || this.#isNext("]") ? null : this.#binary(0));
      if (!this.#isNext(":") || bounds.length === 3) break;
      this.take();
    }
    const [start = null, end = null, step = null] = bounds;
    if (bounds.length > 1) return { kind: "range", start, end, step, at } satisfies Range;
    if (start === null) throw noValue(this, this.next);
    return { kind: "position", term: start, at };
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
    const comma = refuseComma(this);
    if (comma !== undefined) throw comma;
    if (!this.#isNext(closing)) throw this.#unclosed(open, closing, closing);
    this.take();
  }

  #unclosed(open: Token, closing: string, expected: string): Problem {
    const place = placeIn(this.text, open.at);
    if (this.next.kind === "end") return this.fault(this.next, `the ${open.text} at ${place} is never closed: expected ${closing}`);
    return this.fault(this.next, `expected ${expected} for the ${open.text} at ${place}, found ${described(this.next)}`);
  }

  #enter(): void {
    if (++this.#depth <= this.#limits.nesting) return;
    const sentence = `the formula nests more than ${this.#limits.nesting} deep: split it into statements`;
    throw faultIn(this.text, this.next.at, sentence, undefined, "nesting_too_deep");
  }
}
