import { account } from "../../memory/account.ts";
import { fault } from "./parsed.ts";

/** Comments before a table are looked at for so many cells. */
const mostCellsBefore = 2 ** 16;
/** What a character and a cell of a comment take while it is looked at, roughly, in bytes. */
const characterBytes = 4;
const cellBytes = 64;

const number = /^[+-]?[\d.,]+(?:[eE][+-]?\d+)?$/;

/** The lines of a table that are comments. */
export class Comments {
  readonly #isTold: boolean;
  readonly #mark: number;
  /** Those before the first record, by how many cells they have: their lines, and whether they hold nothing but numbers. */
  readonly #before = new Map<number, { readonly line: number; readonly isNumbers: boolean }>();
  #count = 0;

  /** `comment` is what they begin with, or `none`; left out, a `#` where it cannot be a cell. */
  constructor(comment?: string) {
    this.#isTold = comment !== undefined;
    this.#mark = comment === "none" ? -1 : (comment ?? "#").charCodeAt(0);
  }

  get count(): number {
    return this.#count;
  }

  /** Whether a line whose first byte that is no blank is at `at` is one. A # also begins what spreadsheets write for a missing value. */
  isAt(bytes: Buffer, at: number): boolean {
    if (bytes[at] !== this.#mark) return false;
    return this.#isTold || !/^#N\/?A(?![A-Za-z])/i.test(bytes.toString("latin1", at, at + 5));
  }

  /** Whether a text is one. */
  isLine(line: string): boolean {
    return line.trimStart().charCodeAt(0) === this.#mark;
  }

  /**
   * Counts a comment; what lies in `bytes` is the line. One that nobody said is a comment, and that may be a row, is refused: where it has as many
   * cells as the records (`width`, 0 before the first).
   */
  add(bytes: Buffer, line: number, delimiter: string | RegExp, width: number): void {
    this.#count++;
    if (this.#isTold) return;
    const most = width === 0 ? mostCellsBefore : width;
    account().within(() => {
      account().chargeHeap(characterBytes * bytes.length + cellBytes * Math.min(bytes.length, most));
      const text = bytes
        .toString()
        .trim()
        .replaceAll(/"[^"]*"/g, "x");
      const cells = (width === 0 ? text.slice(1).trim() : text).split(delimiter, most + 1);
      if (width === 0) this.#before.set(cells.length, { line, isNumbers: cells.every((cell) => number.test(cell.trim())) });
      else if (cells.length === width) throw mayBeRow(line);
    });
  }

  /** Looks at the first record, which has so many cells: a comment before it with as many numbers may have been another. */
  requireNoRow(width: number): void {
    const before = this.#before.get(width);
    if (before?.isNumbers === true) throw mayBeRow(before.line);
  }

  /** The line of a comment before the first record that has as many cells as this, where nobody said what is a comment; null where there is none. */
  like(width: number): number | null {
    return this.#before.get(width)?.line ?? null;
  }

  clear(): void {
    this.#count = 0;
    this.#before.clear();
  }
}

const mayBeRow = (line: number): Error =>
  fault(`Line ${line}`, "the line begins with # and may be a row: say comment=# to skip it, or comment=none to read it");
