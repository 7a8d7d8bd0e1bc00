import { elided } from "./elide.ts";
import { notationOf } from "./functions.ts";
import type { Writing } from "./latex.ts";
import { unturned, writtenName } from "./names.ts";
import { numeralOf } from "./numeral.ts";
import { powerOfName, signed, tightness, tightnessOf, tightnessOfFactor } from "./precedence.ts";
import type { Term, TermOf } from "./term.ts";

/** A stretch of a line: on it (0), above it (1), above what is above (2), or below it (-1). */
export interface TextRun {
  readonly text: string;
  readonly level: -1 | 0 | 1 | 2;
}

/** A term as one line, for where exponents can be set higher and indices lower. */
export const runsOf = (term: Term, writing: Writing = {}): readonly TextRun[] =>
  joined(new LineWriter(writing, indexed).write(elided(term, writing), tightness.relation));

/** A term as one line of Unicode, with names as they are: `2·(x + y)`, `e^(−x)`, `x²`. */
export const textOf = (term: Term, writing: Writing = {}): string =>
  flat(new LineWriter(writing, plainly).write(elided(term, writing), tightness.relation));

type Runs = readonly TextRun[];

const on = (text: string): TextRun => ({ text, level: 0 });
const plainly = (name: string): Runs => [on(writtenName(name).whole)];

function indexed(name: string): Runs {
  const { word, index } = writtenName(name);
  return index === null ? [on(word)] : [on(word), { text: index, level: -1 }];
}

class LineWriter {
  readonly #writing: Writing;
  readonly #named: (name: string) => Runs;

  constructor(writing: Writing, named: (name: string) => Runs) {
    this.#writing = writing;
    this.#named = named;
  }

  write(term: Term, least: number): Runs {
    const plain = this.#plain(term);
    // Cases stand in braces.
    return tightnessOf(term) < least && term.kind !== "cases" ? [on("("), ...plain, on(")")] : plain;
  }

  #plain(term: Term): Runs {
    const { operands } = term;
    switch (term.kind) {
      case "number":
        return this.#number(term.value);
      case "constant":
        return [on(term.sign)];
      case "symbol":
        return this.#named(term.name);
      case "words":
        return [on(unturned(term.text))];
      case "ellipsis":
        return [on("…")];
      case "sum":
        return operands.length === 0 ? [on("0")] : operands.flatMap((operand, at) => this.#addend(operand, at));
      case "product":
        return operands.length === 0 ? [on("1")] : this.#factors(operands, operands.some(isWide) ? " · " : "·");
      case "elementwise":
        return this.#factors(operands, " ⊙ ");
      case "matrixProduct":
        return this.#factors(operands, "·");
      case "negative":
        return [on("−"), ...this.write(operands[0], tightness.product)];
      case "quotient":
        return [...this.write(operands[0], tightness.product), on("/"), ...this.write(operands[1], tightness.power)];
      case "power":
        return this.#power(term);
      case "transpose":
        return [...this.write(operands[0], tightness.atom), on("ᵀ")];
      case "call":
        return this.#call(term, []);
      case "partial": {
        const [of, by] = operands.map((operand) => this.write(operand, tightness.atom));
        return [on("∂"), ...of, on("/∂"), ...by];
      }
      case "element": {
        const [of, ...places] = operands;
        return [...this.write(of, tightness.atom), on("["), ...this.#listed(places), on("]")];
      }
      case "relation":
        return operands.flatMap((operand, at) => [
          ...(at === 0 ? [] : [on(` ${term.signs[at - 1]} `)]),
          ...this.write(operand, tightness.sum),
        ]);
      case "cases":
        return this.#cases(operands);
    }
  }

  #number(value: number): Runs {
    const { mantissa, exponent } = numeralOf(value, this.#writing.digits);
    if (exponent === null) return [on(mantissa ?? "1")];
    return [on(mantissa === null ? "10" : `${mantissa}·10`), { text: String(exponent).replace("-", "−"), level: 1 }];
  }

  #addend(term: Term, at: number): Runs {
    if (at === 0) return this.write(term, tightness.sum);
    const { minus, magnitude } = signed(term);
    return [on(minus ? " − " : " + "), ...this.write(magnitude, tightness.product)];
  }

  #factors(operands: readonly Term[], sign: string): Runs {
    return operands.flatMap((operand, at) => {
      const least = operand.kind === "quotient" ? tightness.power : tightnessOfFactor(operands, at);
      return [...(at === 0 ? [] : [on(sign)]), ...this.write(operand, least)];
    });
  }

  #power(term: TermOf<"power">): Runs {
    const named = powerOfName(term);
    const [base, exponent] = term.operands;
    const above = raised(this.write(exponent, tightness.relation));
    return named === null ? [...this.write(base, tightness.atom), ...above] : this.#call(named.called, above);
  }

  #call({ name, index, operands }: TermOf<"call">, above: Runs): Runs {
    const { around, prefix = false } = notationOf(name);
    const below = index === null ? [] : lowered(this.write(index, tightness.relation));
    if (around !== undefined) return [on(around.text[0]), ...this.#listed(operands), on(around.text[1]), ...below, ...above];
    const called = [on(writtenName(name).whole), ...below, ...above];
    if (prefix) return [...called, on(" "), ...operands.flatMap((operand) => this.write(operand, tightness.product))];
    return [...called, on("("), ...this.#listed(operands), on(")")];
  }

  #listed(operands: readonly Term[]): Runs {
    return operands.flatMap((operand, at) => [...(at === 0 ? [] : [on(", ")]), ...this.write(operand, tightness.relation)]);
  }

  #cases(operands: readonly Term[]): Runs {
    const { otherwise = "otherwise" } = this.#writing;
    return operands.flatMap((operand, at) => {
      const isValue = at % 2 === 0;
      const written = [on(at === 0 ? "{" : isValue ? "; " : ": "), ...this.write(operand, isValue ? tightness.sum : tightness.relation)];
      return at === operands.length - 1 ? [...written, on(`: ${otherwise}}`)] : written;
    });
  }
}

const isWide = ({ kind }: Term): boolean => kind === "partial";

/** Above the line; what would be a third storey is written flat. */
function raised(runs: Runs): Runs {
  if (runs.some(({ level }) => level === 2)) return [{ text: flat(runs), level: 1 }];
  return runs.map(({ text, level }) => ({ text, level: level === 1 ? 2 : 1 }));
}

const lowered = (runs: Runs): Runs => [{ text: flat(runs), level: -1 }];

/** Runs of one level side by side become one. */
function joined(runs: Runs): Runs {
  const all: TextRun[] = [];
  for (const run of runs) {
    const last = all.at(-1);
    if (last?.level === run.level) all[all.length - 1] = { ...last, text: last.text + run.text };
    else if (run.text !== "") all.push(run);
  }
  return all;
}

const digitsAbove = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const digitsBelow = "₀₁₂₃₄₅₆₇₈₉";
const smaller = (text: string, digits: string): string => text.replace(/[0-9]/g, (digit) => digits[Number(digit)]).replace("−", "⁻");

/** Runs as one text: digits above the line have signs of their own, anything else stands behind ^ or _. */
function flat(runs: Runs): string {
  let text = "";
  for (let at = 0; at < runs.length;) {
    const { level } = runs[at];
    const end = runs.findIndex((run, index) => index > at && (level > 0 ? run.level <= 0 : run.level !== level));
    const stretch = runs.slice(at, end < 0 ? runs.length : end);
    at += stretch.length;
    if (level === 0) text += stretch.map((run) => run.text).join("");
    else {
      const inner = flat(stretch.map((run) => ({ ...run, level: run.level === 2 ? 1 : 0 })));
      if (level < 0) text += /^[0-9]+$/.test(inner) ? smaller(inner, digitsBelow) : behind("_", inner);
      else text += /^−?[0-9]+$/.test(inner) ? smaller(inner, digitsAbove) : behind("^", inner);
    }
  }
  return text;
}

/** What has a power of its own is bracketed: e^x² would be read as the square of e^x, too. */
const behind = (sign: string, text: string): string =>
  /^[\p{L}\p{N}]+$/u.test(text) && !/[⁰¹²³⁴-⁹]/.test(text) ? sign + text : `${sign}(${text})`;
