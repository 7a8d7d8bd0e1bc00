/** Marks between the groups of three digits, as a client names them. */
export const thousandsMarks = [",", ".", " ", "'", "_"] as const;
export type ThousandsMark = (typeof thousandsMarks)[number];

/** What is taken for such a mark: typesetters have blanks and apostrophes of their own. */
const spellings: Readonly<Record<ThousandsMark, string>> = {
  ",": ",",
  ".": "\\.",
  " ": "[ \\u00a0\\u2009\\u202f]",
  "'": "['\\u2019]",
  _: "_",
};

/** How numbers are written. */
export class Notation {
  readonly decimal: "." | ",";
  readonly thousands: ThousandsMark | null;
  /** The byte of the decimal mark. */
  readonly mark: number;
  readonly #grouped: RegExp | null;
  readonly #separator: RegExp | null;

  constructor(decimal: "." | "," = ".", thousands: ThousandsMark | null = null) {
    this.decimal = decimal;
    this.thousands = thousands;
    this.mark = decimal.charCodeAt(0);
    const own = decimal === "." ? "\\." : ",";
    this.#grouped = thousands === null ? null : new RegExp(`^[+-]?\\d{1,3}(?:${spellings[thousands]}\\d{3})+(?:${own}\\d*)?$`);
    this.#separator = thousands === null ? null : new RegExp(spellings[thousands], "g");
  }

  /** A text in the notation of programs: with a decimal point, and nothing between digits. Null when it is in neither notation. */
  plain(text: string): string | null {
    const whole = this.#separator !== null && this.#grouped?.test(text) === true ? text.replace(this.#separator, "") : text;
    if (this.decimal === ".") return whole;
    return whole.includes(".") ? null : whole.replace(",", ".");
  }
}

export const plainNotation = new Notation();
