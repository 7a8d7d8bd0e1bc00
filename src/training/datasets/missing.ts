import { numberOf } from "./cell-number.ts";

/** What becomes of missing values: NaN in numbers (and a refusal in classes), their rows are left out, or they are refused. */
export const missingPolicies = ["keep", "drop", "refuse"] as const;
export type MissingPolicy = (typeof missingPolicies)[number];

/** What stands for a missing value where nothing is said, in lower case: what pandas takes for one, and what people write. */
export const usualWords = [
  "na",
  "n/a",
  "nan",
  "-nan",
  "null",
  "none",
  "<na>",
  "#n/a",
  "#na",
  "#n/a n/a",
  "1.#ind",
  "-1.#ind",
  "1.#qnan",
  "-1.#qnan",
  "-",
  "?",
  ".",
];

/** Which texts stand for a missing value. The empty one always does. */
export class MissingValues {
  readonly policy: MissingPolicy;
  readonly #words: ReadonlySet<string>;
  /** Those of them that are numbers, such as -999; null where none is. */
  readonly numbers: ReadonlySet<number> | null;
  readonly #isUsual: boolean;
  readonly #longest: number;

  /** `words` are taken as they are written; left out, the usual ones are, in any case. */
  constructor(policy: MissingPolicy = "keep", words?: readonly string[]) {
    this.policy = policy;
    const numbers = (words ?? []).flatMap((word) => numberOf(word) ?? []);
    this.numbers = numbers.length === 0 ? null : new Set(numbers);
    this.#isUsual = words === undefined;
    this.#words = new Set(words ?? usualWords);
    this.#longest = Math.max(0, ...Array.from(this.#words, (word) => word.length));
  }

  has(text: string): boolean {
    return text === "" || (text.length <= this.#longest && this.#words.has(this.#isUsual ? text.toLowerCase() : text));
  }
}

/** Why a missing value is refused, as the end of a sentence. */
export function missingNumber(text: string): string {
  return `${shown(text)}; missing=keep reads it as NaN, and missing=drop leaves its row out`;
}

export function missingClass(text: string): string {
  const advice = text === "" ? "" : ", and missing_values says which texts mean none, if this is a class";
  return `${shown(text)}, and should name a class; missing=drop leaves out the rows without one${advice}`;
}

const shown = (text: string): string => (text === "" ? "the cell is empty" : `${JSON.stringify(text)} is a missing value`);
