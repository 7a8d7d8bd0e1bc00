import { account } from "../../memory/account.ts";
import { spelled } from "./spelling.ts";

/** `break` separates statements: a semicolon, or the end of a line outside brackets. */
const kinds = ["number", "power", "name", "text", "symbol", "break", "end"] as const;
export type TokenKind = (typeof kinds)[number];

export interface Token {
  readonly kind: TokenKind;
  /** As written; of a text what stands between its quotes, of a sign that is usual in print the one that stands for it here. */
  readonly text: string;
  readonly at: number;
}

/** Numbers that are kept of a token: its kind, and where it begins and ends. */
const width = 3;

/** The tokens of a formula as places in its text: a formula may have millions, of which a parser looks at one. */
export class TokenList {
  readonly #text: string;
  #cells = new Int32Array(64 * width);
  #length = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get length(): number {
    return this.#length;
  }

  add(kind: TokenKind, start: number, end: number): void {
    const place = this.#length++ * width;
    if (place === this.#cells.length) {
      account().charge(2 * place * Int32Array.BYTES_PER_ELEMENT);
      const longer = new Int32Array(2 * place);
      longer.set(this.#cells);
      this.#cells = longer;
    }
    this.#cells[place] = kinds.indexOf(kind);
    this.#cells[place + 1] = start;
    this.#cells[place + 2] = end;
  }

  /** The token at an index; behind the last one stands the last one. */
  at(index: number): Token {
    return { kind: this.kindAt(index), text: this.textAt(index), at: this.#cells[this.#place(index) + 1] };
  }

  kindAt(index: number): TokenKind {
    return kinds[this.#cells[this.#place(index)]];
  }

  textAt(index: number): string {
    const place = this.#place(index);
    const quotes = kinds[this.#cells[place]] === "text" ? 1 : 0;
    const written = this.#text.slice(this.#cells[place + 1] + quotes, this.#cells[place + 2] - quotes);
    return kinds[this.#cells[place]] === "symbol" ? (spelled.get(written) ?? written) : written;
  }

  #place(index: number): number {
    return Math.min(index, this.#length - 1) * width;
  }
}
