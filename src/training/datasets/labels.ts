import type { Data } from "../../tensor/dtype.ts";
import { isNumeral, numberOf } from "./cell-number.ts";
import { type Budget, Growing } from "./growing.ts";
import { fault } from "./parsed.ts";

/** How many different classes one tensor may have: texts, which the dataset keeps, and numbers, which stay as they are. */
const mostTexts = 2 ** 16;
const mostNumbers = 2 ** 20;
/** What remembering a class takes, roughly, in bytes. */
const classBytes = 128;

/** Cells that name classes: all of them whole numbers, or texts to be numbered when all are known. */
export class ClassLabels {
  readonly #budget: Budget;
  readonly #codes: Growing;
  readonly #codeOf = new Map<string, number>();
  /** Where a number stands that is not whole, which is an error unless there are texts, too. */
  #fraction: { readonly place: string; readonly text: string } | null = null;
  #hasTexts = false;

  constructor(budget: Budget) {
    this.#budget = budget;
    this.#codes = new Growing("int32", budget);
  }

  /** Takes a cell; `place` tells where it stands. */
  push(text: string, place: () => string): void {
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      code = this.#codeOf.size;
      this.#budget.take(classBytes + 2 * text.length);
      const number = numberOf(text);
      if (number === null && isNumeral(text))
        throw fault(place(), `${text.slice(0, 40)} is no class number: those are exact only up to 2^53`);
      if (text.includes("\0")) throw fault(place(), "a class has a character of code 0 in its name");
      if (number === null) this.#hasTexts = true;
      const most = this.#hasTexts ? mostTexts : mostNumbers;
      if (code >= most) throw fault(place(), `there are more than ${most} different classes`);
      if (number !== null && !Number.isSafeInteger(number)) this.#fraction ??= { place: place(), text };
      this.#codeOf.set(text, code);
    }
    this.#codes.push(code);
  }

  /** The classes' numbers, and the texts in the order of their numbers; null for whole numbers, which stay as they are. */
  finish(): { parts: () => Iterable<Data>; categories: readonly string[] | null } {
    const texts = [...this.#codeOf.keys()];
    if (!this.#hasTexts && this.#fraction !== null) {
      throw fault(this.#fraction.place, `a class is a whole number or a text, and not ${this.#fraction.text}`);
    }
    const categories = this.#hasTexts ? texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) : null;
    const rank = new Map(categories?.map((text, at) => [text, at]));
    // -0 is the class 0.
    const numbers = Float64Array.from(texts, (text) => rank.get(text) ?? (numberOf(text) ?? 0) + 0);
    const codes = this.#codes;
    return {
      categories,
      parts: function* () {
        for (const part of codes.parts()) yield Float64Array.from(part, (code) => numbers[code]);
      },
    };
  }
}
