import { isUtf8 } from "node:buffer";
import { account } from "../../memory/account.ts";
import { Comments } from "./comments.ts";
import { likelyDelimiter, whitespace } from "./delimiters.ts";
import type { ThousandsMark } from "./notation.ts";
import { fault } from "./parsed.ts";
import { isLineEnd, mostRecordBytes, TextWindow } from "./text-window.ts";
import type { TextEncoding } from "./encodings.ts";
import { TextFile } from "./text-file.ts";

const quote = 0x22;
const lineFeed = 0x0a;
const space = 0x20;
const tab = 0x09;

/** Cells that one record may have at the most. */
const mostCells = 2 ** 20;
/** What a text takes beside its characters, roughly, in bytes. */
const textBytes = 64;

/** Bytes of the file that its delimiter is told from. */
const sampleBytes = 2 ** 16;
/** What Excel writes before a table, where its delimiter is not the usual one. */
const excelLine = /^"?sep=([^\r\n"0-9A-Za-z])"?[ \t]*(?:\r\n|\n|\r)/i;

/** How the text of a table is cut into cells. */
export interface RecordOptions {
  readonly encoding?: TextEncoding | undefined;
  /** One ASCII character or `whitespace`; left out, it is told from the first lines. */
  readonly delimiter?: string | undefined;
  /** What comments begin with, or `none`; left out, a `#` where it cannot be a cell. */
  readonly comment?: string | undefined;
  /** Lines before the table. */
  readonly skipLines?: number | undefined;
  readonly decimal?: "." | "," | undefined;
  readonly thousands?: ThousandsMark | undefined;
}

/**
 * Reads a CSV file (RFC 4180) a record at a time, as places in one piece of memory: no text is made of a cell that nobody asks for.
 * The class is the current record. It is ours because a library's would make a text of every cell, or be asynchronous, which tasks of a pool are not.
 */
export class Records implements Disposable {
  readonly #file: TextFile;
  readonly #options: RecordOptions;
  readonly #comments: Comments;
  readonly #window: TextWindow;
  /** The byte between cells; none where any run of blanks is. */
  #delimiter: number | null = 0;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #count = 0;
  /** Cells in quotes that have quotes inside, which are doubled there. */
  readonly #doubled = new Set<number>();
  #line = 0;
  #nextLine = 1;
  /** How many cells the first record has: 0 before it. */
  #width = 0;

  constructor(path: string, options: RecordOptions = {}) {
    this.#options = options;
    this.#comments = new Comments(options.comment);
    this.#file = new TextFile(path, options.encoding);
    this.#window = new TextWindow(this.#file);
    this.#begin();
  }

  /** What separates the cells: one character, or `whitespace`. */
  get delimiter(): string {
    return this.#delimiter === null ? whitespace : String.fromCharCode(this.#delimiter);
  }

  get encoding(): TextEncoding {
    return this.#file.encoding;
  }

  /** Whether the encoding was found out from the file, and is not the usual one. */
  get isEncodingGuessed(): boolean {
    return this.#file.isGuessed && this.#file.encoding !== "utf-8";
  }

  /** The line of a comment before the first record that has as many cells as this, where nobody said what is a comment; null where there is none. */
  get commentLike(): number | null {
    return this.#comments.like(this.#width);
  }

  /** How many lines were taken for comments so far. */
  get comments(): number {
    return this.#comments.count;
  }

  /** The line on which the record begins, from 1. */
  get line(): number {
    return this.#line;
  }

  /** How many cells the record has. */
  get count(): number {
    return this.#count;
  }

  /** The memory that holds the record; it moves when the next one is read. */
  get bytes(): Uint8Array {
    return this.#window.bytes;
  }

  /** Where a cell, without its quotes or the blanks around it, begins in `bytes`, and where it ends. */
  start(cell: number): number {
    return this.#starts[cell];
  }
  end(cell: number): number {
    return this.#ends[cell];
  }

  /** The texts of all cells, which are many: they are asked for once. */
  texts(): string[] {
    account().chargeHeap(textBytes * this.#count + 2 * (this.#window.next - this.#window.from));
    return Array.from({ length: this.#count }, (_, cell) => this.text(cell));
  }

  text(cell: number): string {
    const text = this.#window.bytes.toString("utf8", this.#starts[cell], this.#ends[cell]);
    return this.#doubled.has(cell) ? text.replaceAll('""', '"') : text;
  }

  /** Where a cell stands, for people. */
  place(cell: number): string {
    return this.#placeAt(this.#starts[cell], cell);
  }

  /** Goes on to the next record, past empty lines. Says whether there is one. Throws invalid_dataset. */
  advance(): boolean {
    const window = this.#window;
    for (;;) {
      window.from = window.next;
      this.#line = this.#nextLine;
      while (!this.#scan()) window.fill(this.#line);
      if (this.#count > 0) {
        this.#requireUtf8();
        if (this.#width === 0) this.#comments.requireNoRow((this.#width = this.#count));
        return true;
      }
      if (window.isWhole && window.next >= window.end) return false;
    }
  }

  /** Goes back to before the first record. */
  restart(): void {
    this.#window.restart();
    this.#comments.clear();
    this.#line = this.#width = 0;
    this.#nextLine = 1;
    this.#begin();
  }

  [Symbol.dispose](): void {
    this.#window[Symbol.dispose]();
  }

  /** Reads the first piece, and past all that stands before the table. */
  #begin(): void {
    const { delimiter, decimal = ".", thousands = null, skipLines = 0 } = this.#options;
    this.#window.fill(this.#line);
    for (let skipped = 0; skipped < skipLines; skipped++) this.#skipLine();
    const sample = this.#window.ahead(sampleBytes);
    const excel = excelLine.exec(sample.text);
    if (excel !== null) this.#skipLine();
    const lines = sample.text.split(/\r\n|\n|\r/);
    if (!sample.isAll && lines.length > 1) lines.pop();
    const own = lines.filter((line) => !this.#comments.isLine(line)).join("\n");
    const meant = delimiter ?? excel?.[1] ?? likelyDelimiter(own, { decimal, thousands });
    this.#delimiter = meant === whitespace ? null : meant.charCodeAt(0);
  }

  #skipLine(): void {
    this.#window.skipLine(this.#nextLine++);
  }

  /** Finds the cells of the record that begins at `from`; false when more of the file is needed. */
  #scan(): boolean {
    const { bytes, from, end } = this.#window;
    const delimiter = this.#delimiter;
    this.#count = 0;
    this.#nextLine = this.#line;
    if (this.#doubled.size > 0) this.#doubled.clear();
    let at = this.#afterBlanks(from);
    if (at < end && this.#comments.isAt(bytes, at)) return this.#scanComment(at);
    for (;;) {
      const cellEnd = at < end && bytes[at] === quote ? this.#quotedCell(at) : this.#plainCell(at, bytes, end);
      if (cellEnd < 0) return false;
      if (delimiter !== null && cellEnd < end && bytes[cellEnd] === delimiter) {
        at = cellEnd + 1;
        while (at < end && this.#isBlank(bytes[at])) at++;
        continue;
      }
      const next = delimiter === null ? this.#afterBlanks(cellEnd) : cellEnd;
      if (next < end && !isLineEnd(bytes[next])) {
        at = next;
        continue;
      }
      // Nothing on the line: that is not a record of one empty cell.
      if (this.#count === 1 && cellEnd === this.#starts[0]) this.#count = 0;
      return this.#endLine(next);
    }
  }

  /** Ends the record with the line that `at` is in; false when more of the file is needed. */
  #endLine(at: number): boolean {
    const end = this.#window.endOfLine(at);
    if (end < 0) return false;
    this.#window.next = end;
    this.#nextLine++;
    return true;
  }

  #afterBlanks(from: number): number {
    const { bytes, end } = this.#window;
    let at = from;
    while (at < end && this.#isBlank(bytes[at])) at++;
    return at;
  }

  /** Reads past a comment that begins at `at`; false when more of the file is needed. */
  #scanComment(at: number): boolean {
    if (!this.#endLine(at)) return false;
    const { bytes, next } = this.#window;
    this.#comments.add(bytes.subarray(at, next), this.#line, this.#delimiter === null ? /[ \t]+/ : this.delimiter, this.#width);
    return true;
  }

  /** The end of an unquoted cell that begins at `start`, or -1 when it lies beyond what was read. */
  #plainCell(start: number, bytes: Buffer, end: number): number {
    const delimiter = this.#delimiter;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at];
      // All that is special but the delimiter comes before the digits.
      if (byte === delimiter) break;
      if (byte > quote) continue;
      if (isLineEnd(byte)) break;
      if (delimiter === null && (byte === space || byte === tab)) break;
      if (byte === quote) {
        throw fault(
          this.#placeAt(at, this.#count),
          'a quote inside a cell; cells with quotes are written in quotes, with "" for each inside',
        );
      }
    }
    if (at === end && !this.#window.isWhole) return -1;
    let last = at;
    while (last > start && this.#isBlank(bytes[last - 1])) last--;
    this.#add(start, last);
    return at;
  }

  /** The same for a cell whose opening quote is at `open`. */
  #quotedCell(open: number): number {
    const { bytes, from, end, isWhole } = this.#window;
    let at = open + 1;
    for (; at < end; at++) {
      if (bytes[at] === lineFeed) this.#nextLine++;
      if (bytes[at] !== quote) continue;
      if (at + 1 < end && bytes[at + 1] === quote) {
        this.#doubled.add(this.#count);
        at++;
      } else break;
    }
    if (at + 1 >= end && !isWhole) {
      if (end - from > mostRecordBytes) throw this.#unclosed(open);
      return -1;
    }
    if (at >= end) throw this.#unclosed(open);
    const close = at++;
    const isApart = at < end && this.#isBlank(bytes[at]);
    at = this.#afterBlanks(at);
    if (at === end && !isWhole) return -1;
    const isNext = this.#delimiter === null ? isApart : bytes[at] === this.#delimiter;
    if (at < end && !isNext && !isLineEnd(bytes[at])) {
      throw fault(this.#placeAt(at, this.#count), "expected the end of the cell after its closing quote");
    }
    this.#add(open + 1, close);
    return at;
  }

  #unclosed(open: number): Error {
    return fault(this.#placeAt(open, this.#count), "the quote that opens this cell does not close");
  }

  #isBlank(byte: number): boolean {
    return (byte === space || byte === tab) && byte !== this.#delimiter;
  }

  #add(start: number, end: number): void {
    if (this.#count === mostCells) throw fault(this.#placeAt(start, this.#count), `a line has at most ${mostCells} cells`);
    if (this.#count === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#ends = grown(this.#ends);
    }
    this.#starts[this.#count] = start;
    this.#ends[this.#count++] = end;
  }

  #placeAt(at: number, cell: number): string {
    const before = this.#window.bytes.subarray(this.#window.from, at);
    const lines = before.reduce((sum, byte) => sum + (byte === lineFeed ? 1 : 0), 0);
    return `Line ${this.#line + lines}, column ${cell + 1}`;
  }

  #requireUtf8(): void {
    if (isUtf8(this.#window.bytes.subarray(this.#window.from, this.#window.next))) return;
    for (let cell = 0; cell < this.#count; cell++) {
      if (!isUtf8(this.#window.bytes.subarray(this.#starts[cell], this.#ends[cell]))) throw fault(this.place(cell), notUtf8);
    }
    throw fault(`Line ${this.#line}`, notUtf8);
  }
}

const notUtf8 = "the text is not UTF-8; if a spreadsheet wrote it, say encoding=windows-1252";

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * list.length);
  longer.set(list);
  return longer;
}
