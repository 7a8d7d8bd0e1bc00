import { has } from "../../ops/define.ts";
import type { Problem } from "../../problems/problems.ts";
import type { Emitter } from "./emitter.ts";
import { faultIn } from "./fault.ts";
import type { Token, TokenList } from "./token-list.ts";
import { functionNamed } from "./vocabulary.ts";

/** Where a parser stands in a formula: the token at `at` is the next one. */
export interface Standing {
  readonly text: string;
  readonly tokens: TokenList;
  readonly at: number;
  readonly emitter: Emitter;
}

/** Assigning signs; one such as += stands for an assignment of the name's sum with the rest. */
export const assigning: ReadonlySet<string> = new Set(["=", "+=", "-=", "*=", "/=", "@=", "%=", "^=", "**="]);

/** A token as error messages name it. */
export function described(token: Token): string {
  if (token.kind === "end") return "the end of the formula";
  if (token.kind === "break") return token.text === ";" ? "a semicolon" : "the end of the line";
  return token.kind === "text" ? `the text "${token.text}"` : token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
}

const comparisons: ReadonlyMap<string, string> = new Map([
  ["=>", ">="],
  ["=<", "<="],
  ["<>", "!="],
]);

/** What stands where a value should. */
export function noValue({ text, tokens, at }: Standing, token: Token): Problem {
  const before = at > 1 ? tokens.at(at - 2) : undefined;
  if (token.text === "/" && before?.text === "/" && before.at + 1 === token.at) {
    return faultIn(text, before.at, "a quotient without its fraction is written floor(a / b), and a comment begins with #");
  }
  const comparison = before?.kind === "symbol" ? comparisons.get(before.text + token.text) : undefined;
  if (comparison !== undefined && before !== undefined) return faultIn(text, before.at, `this is written ${comparison}`, comparison);
  if (token.text === "=" && before?.text === ":") return faultIn(text, before.at, "a value is assigned with =", "=");
  return faultIn(text, token.at, `expected a value, found ${described(token)}`);
}

const bars = "|x| is the absolute value, a product of it 2*|x|, a function of it log(|x|); one of two is asked for with or(a, b)";

/** What stands behind a statement that is read to its end. */
export function unfinished({ text, tokens, at }: Standing): Problem {
  const next = tokens.at(at);
  if (assigning.has(next.text)) {
    const sentence = `only names can be assigned: ${next.text} stands behind one name, or several with commas between; == compares`;
    return faultIn(text, next.at, sentence);
  }
  if (next.text === ")" || next.text === "]") return faultIn(text, next.at, `this ${next.text} closes nothing`);
  if (next.text === "|") return faultIn(text, next.at, bars);
  if (next.text === ":" && tokens.textAt(at + 1) === "=") return faultIn(text, next.at, "a value is assigned with =", "=");
  const comma = refuseComma({ text, tokens, at });
  if (comma !== undefined) return comma;
  return faultIn(text, next.at, `expected an operator or the end of the statement, found ${described(next)}`);
}

/** A comma that no brackets explain: a decimal comma, one between thousands, or one of a list. */
export function refuseComma({ text, tokens, at }: Pick<Standing, "text" | "tokens" | "at">): Problem | undefined {
  const [before, comma, after] = [tokens.at(Math.max(0, at - 1)), tokens.at(at), tokens.at(at + 1)];
  if (comma.text !== "," || comma.kind !== "symbol") return undefined;
  const isTight = before.at + before.text.length === comma.at && comma.at + 1 === after.at;
  if (!isTight || before.kind !== "number" || after.kind !== "number" || !/^\d+$/.test(before.text)) {
    return faultIn(text, comma.at, "several values are a list, in [ and ]");
  }
  const decimal = `${before.text}.${after.text}`;
  if (/^\d{3}$/.test(after.text)) return faultIn(text, comma.at, `numbers have no commas: write ${before.text}${after.text} or ${decimal}`);
  return faultIn(text, comma.at, `a decimal point is written ., as in ${decimal}; lists stand in [ and ]`, decimal);
}

/** Two operands with nothing between them are a product in mathematics; here a product has its sign. */
export function refuseOperand(standing: Standing): void {
  const { text, tokens, at, emitter } = standing;
  const token = tokens.at(at);
  const begins = ["number", "name", "text"].includes(token.kind) || (token.kind === "symbol" && ["(", "√", "∛"].includes(token.text));
  if (!begins) return;
  const before = tokens.at(at - 1);
  // Inside brackets a line may end anywhere: the bracket that is not closed is the likelier fault.
  if (text.slice(before.at, token.at).includes("\n")) return;
  const word = [token, before].find(({ kind, text: each }) => kind === "name" && words.has(each) && !emitter.isKnown(each));
  if (word !== undefined) throw faultIn(text, word.at, words.get(word.text) ?? "");
  if (before.text === "'" && token.text === "(") {
    throw faultIn(text, before.at, "' transposes, and the derivative of a formula is what /v1/gradients answers");
  }
  if (before.text === "0" && /^[xbo][\da-f]*$/i.test(token.text)) throw faultIn(text, before.at, "numbers are written with ten digits");
  refuseBareFunction(standing, token, before);
  const isProduct = before.kind !== "text" && token.kind !== "text" && !(before.kind === "number" && /^[\d._]/.test(token.text));
  if (!isProduct) throw faultIn(text, token.at, `expected an operator, found ${described(token)}`);
  const written = before.kind === "power" ? `${tokens.textAt(at - 2)}${before.text}` : before.text;
  const product = `${written}*${token.text}`;
  // 1/2x is 1/(2*x) to some, and x/2 to others.
  const sign = before.kind === "power" ? "" : tokens.textAt(Math.max(0, at - 2));
  if (reaching.has(sign)) {
    throw faultIn(text, token.at, `a product is written ${product}, and parentheses say how far the ${sign} before it reaches`);
  }
  throw faultIn(text, token.at, `expected an operator between ${written} and ${token.text}; a product is written ${product}`, product);
}

/** Signs of which it is not clear whether they reach over a product whose sign is left out. */
const reaching: ReadonlySet<string> = new Set(["/", "%", "√", "∛"]);

const words: ReadonlyMap<string, string> = new Map([
  ["if", "a choice is written where(condition, a, b)"],
  ["else", "a choice is written where(condition, a, b)"],
  ["for", "there are no loops: what is written of a tensor holds for all of its elements"],
  ["while", "there are no loops: what is written of a tensor holds for all of its elements"],
  ["is", "== compares"],
  ["lambda", "a function is written f(x) = x^2, on a line of its own"],
]);

const declaring: ReadonlySet<string> = new Set(["let", "var", "const", "return", "def", "double", "float", "int", "auto"]);

const defining: ReadonlySet<string> = new Set(["def", "function", "func", "fun", "fn", "let"]);

/** `sin x` and `sin^2(x)` are usual in print, `x and y` in programs; here a function is followed by its arguments in parentheses. */
function refuseBareFunction({ text, tokens, at, emitter }: Standing, token: Token, before: Token): void {
  const isFunction = (word: Token | undefined, operands = 1): word is Token =>
    word?.kind === "name" && !emitter.isKnown(word.text) && functionNamed(word.text, operands) !== undefined;
  if (token.text === "(") {
    const isRaised = before.kind === "power";
    const minus = !isRaised && tokens.textAt(Math.max(0, at - 2)) === "-" ? "-" : "";
    const place = isRaised ? at - 1 : at - 2 - minus.length;
    const [name, sign] = [tokens.at(Math.max(0, place - 1)), tokens.at(Math.max(0, place))];
    if (isFunction(name) && (isRaised || sign.text === "^" || sign.text === "**")) {
      throw powerOfFunction(text, name, sign, isRaised ? before.text : `^${minus}${before.text}`);
    }
  }
  refuseDeclaration({ text, tokens, at, emitter }, token, before);
  if (token.kind === "name" && isConnective(token) && !emitter.isKnown(token.text)) {
    const written = `${token.text}(…, …)`;
    throw faultIn(text, token.at, `${token.text} is a function: ${written}`, written);
  }
  if (token.text !== "(" && token.kind !== "text" && isFunction(before)) {
    // How far the argument reaches is not clear where it goes on: sin x^2 is sin(x^2) to most, and sin 2*x is sin(2*x).
    const next = tokens.at(at + 1);
    const goesOn = ["number", "name", "power"].includes(next.kind) || (next.kind === "symbol" && binding.has(next.text));
    const written = goesOn ? `${before.text}(…)` : `${before.text}(${token.text})`;
    const sentence = `the argument of a function stands in parentheses: ${written}`;
    throw faultIn(text, before.at, sentence, goesOn ? undefined : written);
  }
}

/** Signs that bind what stands before them closer than a sum does. */
const binding: ReadonlySet<string> = new Set(["*", "/", "@", "%", "^", "**", "'", "(", "[", "|"]);

/** Other languages have a word before what is assigned, defined or returned. */
function refuseDeclaration({ text, tokens, at, emitter }: Standing, token: Token, before: Token): void {
  const isFirst = at === 1 || tokens.kindAt(at - 2) === "break";
  if (token.kind !== "name" || !isFirst || emitter.isKnown(before.text)) return;
  const isAssigned = assigning.has(tokens.textAt(at + 1));
  if (defining.has(before.text) && tokens.textAt(at + 1) === "(") {
    throw faultIn(text, before.at, "a function is written f(x) = x^2, on a line of its own");
  }
  if (declaring.has(before.text) && (isAssigned || before.text === "return")) {
    throw faultIn(text, before.at, `no word stands before a statement: leave ${before.text} out`);
  }
}

/** Whether a word stands for an operator that combines two values of truth, or leaves the rest of a division. */
function isConnective({ text }: Token): boolean {
  const op = functionNamed(text, 2)?.op;
  return op !== undefined && op.inputs.length === 2 && has(op, "elementwise") && op.type.toLowerCase() === text.toLowerCase();
}

/** sin⁻¹ is the inverse function to most, and 1 / sin to some: nobody is told which. */
function powerOfFunction(text: string, name: Token, sign: Token, power: string): Problem {
  if (/^\^?[⁻-]/.test(power)) {
    const sentence = `${name.text}${power} is read in two ways: write 1/${name.text}(…), or the inverse function by its own name`;
    return faultIn(text, sign.at, sentence);
  }
  const written = `${name.text}(…)${power}`;
  return faultIn(text, sign.at, `a power of a function is written behind its argument: ${written}`, written);
}
