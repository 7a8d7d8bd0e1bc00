import { elided, type Extent } from "./elide.ts";
import { notationOf } from "./functions.ts";
import { latexOfName, latexOfText, latexOfWord } from "./latex-names.ts";
import { unturned, writtenName } from "./names.ts";
import { numeralOf } from "./numeral.ts";
import { powerOfName, signed, tightness, tightnessOf, tightnessOfFactor } from "./precedence.ts";
import type { Term, TermOf } from "./term.ts";

/** How a term is written. */
export interface Writing extends Extent {
  /** Significant places of numbers; all of them unless told. */
  readonly digits?: number;
  /** What stands beside the last of several cases. */
  readonly otherwise?: string;
  /** What stands before a condition that is no comparison. */
  readonly when?: string;
}

/** A term in LaTeX, as KaTeX reads it in its strictest mode. */
export function latexOf(term: Term, writing: Writing = {}): string {
  return new LatexWriter(writing).write(elided(term, writing), tightness.relation);
}

class LatexWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  /** The term, in parentheses where it holds less tightly than it must. */
  write(term: Term, least: number): string {
    const plain = this.#plain(term);
    return tightnessOf(term) < least ? enclosed("(", plain, ")") : plain;
  }

  #plain(term: Term): string {
    const { operands } = term;
    switch (term.kind) {
      case "number":
        return this.#number(term.value);
      case "constant":
        return latexOfWord(term.sign);
      case "symbol":
        return latexOfName(term.name);
      case "words":
        return latexOfText(unturned(term.text));
      case "ellipsis":
        return "\\cdots";
      case "sum":
        return operands.map((operand, at) => this.#addend(operand, at)).join(" ") || "0";
      case "product":
        return this.#product(operands);
      case "elementwise":
        return this.#factors(operands).join(" \\odot ");
      case "matrixProduct":
        return this.#factors(operands).join(" \\cdot ");
      case "negative":
        return `-${this.write(operands[0], tightness.product)}`;
      case "quotient":
        return `\\frac{${this.write(operands[0], tightness.relation)}}{${this.write(operands[1], tightness.relation)}}`;
      case "power":
        return this.#power(term);
      case "transpose":
        return `${this.write(operands[0], tightness.atom)}^{\\top}`;
      case "call":
        return this.#call(term, "");
      case "partial": {
        const [of, by] = operands.map((operand) => this.write(operand, tightness.atom));
        return `\\frac{\\partial ${of}}{\\partial ${by}}`;
      }
      case "element": {
        const [of, ...places] = operands;
        return `{${this.write(of, tightness.atom)}}_{${places.map((place) => this.write(place, tightness.relation)).join(", ")}}`;
      }
      case "relation":
        return operands
          .map(
            (operand, at) => `${at === 0 ? "" : ` ${latexOfSign(term.signs[at - 1])} `}${this.#side(operand, at === operands.length - 1)}`,
          )
          .join("");
      case "cases":
        return this.#cases(operands);
    }
  }

  #number(value: number): string {
    const { mantissa, exponent } = numeralOf(value, this.#writing.digits);
    const written = mantissa?.replace("−", "-").replace("∞", "\\infty").replace("NaN", "\\mathrm{NaN}");
    const scale = exponent === null ? undefined : `10^{${String(exponent)}}`;
    return [written, scale].filter((part) => part !== undefined).join(" \\cdot ");
  }

  #addend(term: Term, at: number): string {
    if (at === 0) return this.write(term, tightness.sum);
    const { minus, magnitude } = signed(term);
    return `${minus ? "-" : "+"} ${this.write(magnitude, tightness.product)}`;
  }

  #factors(operands: readonly Term[]): string[] {
    return operands.map((operand, at) => this.write(operand, tightnessOfFactor(operands, at)));
  }

  /** A number stands at once before what is no number: 2 x. */
  #product(operands: readonly Term[]): string {
    const factors = this.#factors(operands);
    return factors.map((factor, at) => (at === 0 ? factor : `${isCoefficient(operands, at) ? " " : " \\cdot "}${factor}`)).join("") || "1";
  }

  #power(term: TermOf<"power">): string {
    const named = powerOfName(term);
    const [base, exponent] = term.operands;
    const raised = `^{${this.#above(exponent)}}`;
    return named === null ? this.write(base, tightness.atom) + raised : this.#call(named.called, raised);
  }

  /** Fractions above the line are written in one: e^{-x^{2}/2}. */
  #above(term: Term): string {
    const { minus, magnitude } = signed(term);
    if (magnitude.kind !== "quotient") return this.write(term, tightness.relation);
    const [over, under] = magnitude.operands;
    return `${minus ? "-" : ""}${this.write(over, tightness.product)}/${this.write(under, tightness.power)}`;
  }

  #call({ name, index, operands }: TermOf<"call">, raised: string): string {
    const { latex, around, prefix = false } = notationOf(name);
    const below = index === null ? "" : `_{${this.write(index, tightness.relation)}}`;
    const given = (least: number): string => operands.map((operand) => this.write(operand, least)).join(", ");
    if (around !== undefined) {
      const [open, close] = around.latex;
      const inner = given(tightness.relation);
      return `${around.grows === true ? enclosed(open, inner, close) : open + inner + close}${below}${raised}`;
    }
    const called = `${latex ?? operatorName(writtenName(name).whole)}${below}${raised}`;
    return prefix ? `${called} ${given(tightness.product)}` : called + enclosed("(", given(tightness.relation), ")");
  }

  /** One side of an equation; cases are open to the right. */
  #side(term: Term, isLast: boolean): string {
    return this.write(term, isLast && term.kind === "cases" ? tightness.relation : tightness.sum);
  }

  #cases(operands: readonly Term[]): string {
    const written = operands.map((operand) => this.write(operand, tightness.relation));
    const { otherwise = "otherwise", when = "if" } = this.#writing;
    const conditions = operands.flatMap(({ kind }, at) =>
      at % 2 === 0 ? [] : [kind === "relation" ? written[at] : `${latexOfText(`${when} `)} ${written[at]}`],
    );
    const rows = Array.from({ length: Math.floor(written.length / 2) }, (_, at) => `${written[2 * at]} & ${conditions[at]}`);
    return `\\begin{cases} ${[...rows, `${written.at(-1) ?? ""} & ${latexOfText(otherwise)}`].join(" \\\\ ")} \\end{cases}`;
  }
}

/** In parentheses or the like, which grow only where something tall is inside. */
const enclosed = (open: string, inner: string, close: string): string =>
  /\\frac|\\begin|\\left/.test(inner) ? `\\left${open}${inner}\\right${close}` : open + inner + close;

/** Whether the factor before it is a number, and it begins with none. */
function isCoefficient(operands: readonly Term[], at: number): boolean {
  const [first] = operands;
  if (at !== 1 || first.kind !== "number" || Math.abs(first.value) === 1) return false;
  return numeralOf(first.value).exponent === null && !beginsWithNumber(operands[at]);
}

/** Fractions count as numbers: 2 before ½ would be read as two and a half. */
function beginsWithNumber(term: Term): boolean {
  const [first] = term.operands;
  if (term.kind === "number" || term.kind === "ellipsis" || term.kind === "quotient" || term.kind === "partial") return true;
  return (term.kind === "power" || term.kind === "product" || term.kind === "element") && first !== undefined && beginsWithNumber(first);
}

/** `GELU′` is \\operatorname{GELU}', `convᵀ` has ᵀ above its name. */
function operatorName(name: string): string {
  const [, word, raised, primes] = /^(.*?)([⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁻ᵀ∇]*)(′*)$/su.exec(name) ?? [];
  if (word === undefined || word === "") return `\\operatorname{${latexOfText(name)}}`;
  const above = raised === "" ? "" : `^{${raised.replace(/./gsu, (sign) => lines[sign] ?? sign)}}`;
  const latex = latexOfWord(word);
  return (
    (latex.length > 1 && !/^\\[a-z]+$/i.test(latex) ? `\\operatorname{${latex.replace(/^\\mathrm\{(.*)\}$/, "$1")}}` : latex) +
    above +
    "'".repeat(primes.length)
  );
}

/** Signs that stand above the line, on it. */
const lines: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹", (sign, digit) => [sign, String(digit)])),
  "⁽": "(",
  "⁾": ")",
  "⁻": "-",
  ᵀ: "\\top",
  "∇": "\\nabla",
};

const signs: Readonly<Record<string, string>> = {
  "≤": "\\le",
  "≥": "\\ge",
  "≠": "\\ne",
  "∧": "\\land",
  "∨": "\\lor",
  "⊕": "\\oplus",
  "→": "\\to",
  "∗": "\\ast",
  "⋆": "\\star",
  "≪": "\\ll",
  "≫": "\\gg",
  mod: "\\bmod",
};

const latexOfSign = (sign: string): string =>
  Object.hasOwn(signs, sign) ? signs[sign] : /^[=<>]$/.test(sign) ? sign : `\\mathbin{${latexOfText(sign)}}`;
