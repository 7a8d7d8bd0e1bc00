import { isUtf8 } from "node:buffer";
import { account } from "../../memory/account.ts";
import { likelyDelimiter, whitespace } from "./delimiters.ts";
import type { ThousandsMark } from "./notation.ts";
import { fault } from "./parsed.ts";
import type { TextEncoding } from "./encodings.ts";
import { TextFile } from "./text-file.ts";

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;

/** Bytes that are read at once, and the bytes and cells that one record may have at the most. */
const pieceBytes = 2 ** 20;
const mostRecordBytes = 2 ** 26;
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
 *
 *     buffer  ▏ … done … ▏ current record ▏ not looked at yet ▏ free ▏
 *                        from             next                end
 */
export class Records implements Disposable {
  readonly #file: TextFile;
  readonly #options: RecordOptions;
  readonly #comment: number;
  #buffer = Buffer.allocUnsafeSlow(2 * pieceBytes);
  #from = 0;
  #next = 0;
  #end = 0;
  #isWhole = false;
  /** The byte between cells; none where any run of blanks is. */
  #delimiter: number | null = 0;
  #comments = 0;
  /** Comments before the first record, by how many cells they have: their lines, and whether they hold nothing but numbers. */
  readonly #before = new Map<number, { readonly line: number; readonly isNumbers: boolean }>();
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
    this.#comment = options.comment === "none" ? -1 : (options.comment ?? "#").charCodeAt(0);
    this.#file = new TextFile(path, options.encoding);
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
    return this.#before.get(this.#width)?.line ?? null;
  }

  /** How many lines were taken for comments so far. */
  get comments(): number {
    return this.#comments;
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
    return this.#buffer;
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
    account().chargeHeap(textBytes * this.#count + 2 * (this.#next - this.#from));
    return Array.from({ length: this.#count }, (_, cell) => this.text(cell));
  }

  text(cell: number): string {
    const text = this.#buffer.toString("utf8", this.#starts[cell], this.#ends[cell]);
    return this.#doubled.has(cell) ? text.replaceAll('""', '"') : text;
  }

  /** Where a cell stands, for people. */
  place(cell: number): string {
    return this.#placeAt(this.#starts[cell], cell);
  }

  /** Goes on to the next record, past empty lines. Says whether there is one. Throws invalid_dataset. */
  advance(): boolean {
    for (;;) {
      this.#from = this.#next;
      this.#line = this.#nextLine;
      while (!this.#scan()) this.#fill();
      if (this.#count > 0) {
        this.#requireUtf8();
        if (this.#width === 0) {
          this.#width = this.#count;
          const before = this.#before.get(this.#width);
          if (before?.isNumbers === true) throw mayBeRow(before.line);
        }
        return true;
      }
      if (this.#isWhole && this.#next >= this.#end) return false;
    }
  }

  /** Goes back to before the first record. */
  restart(): void {
    this.#file.restart();
    this.#from = this.#next = this.#end = 0;
    this.#line = this.#comments = this.#width = 0;
    this.#before.clear();
    this.#nextLine = 1;
    this.#begin();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  /** Reads the first piece, and past all that stands before the table. */
  #begin(): void {
    const { delimiter, decimal = ".", thousands = null, skipLines = 0 } = this.#options;
    this.#fill();
    for (let skipped = 0; skipped < skipLines; skipped++) this.#skipLine();
    const sample = this.#buffer.toString("utf8", this.#next, Math.min(this.#end, this.#next + sampleBytes));
    const excel = excelLine.exec(sample);
    if (excel !== null) this.#skipLine();
    const meant = delimiter ?? excel?.[1] ?? likelyDelimiter(this.#withoutComments(sample), { decimal, thousands });
    this.#delimiter = meant === whitespace ? null : meant.charCodeAt(0);
  }

  #skipLine(): void {
    let end = this.#endOfLine(this.#next);
    while (end < 0) {
      this.#from = this.#next;
      this.#fill();
      end = this.#endOfLine(this.#next);
    }
    this.#next = end;
    this.#nextLine++;
  }

  /** The whole lines of the sample that are no comments. */
  #withoutComments(sample: string): string {
    const lines = sample.split(/\r\n|\n|\r/);
    const isCut = this.#end - this.#next > sampleBytes || !this.#isWhole;
    if (isCut && lines.length > 1) lines.pop();
    return lines.filter((line) => line.trimStart().charCodeAt(0) !== this.#comment).join("\n");
  }

  /** Makes room by forgetting what is done, and reads on. */
  #fill(): void {
    const held = this.#end - this.#from;
    if (held > mostRecordBytes) throw fault(`Line ${this.#line}`, `the line has more than ${mostRecordBytes} bytes`);
    const target = held + pieceBytes > this.#buffer.length ? this.#twice() : this.#buffer;
    this.#buffer.copy(target, 0, this.#from, this.#end);
    this.#buffer = target;
    this.#next -= this.#from;
    this.#from = 0;
    const read = this.#file.read(target, held);
    this.#end = held + read;
    this.#isWhole = read === 0;
  }

  /** Memory for twice as much. What it takes the place of is garbage, which counts as well. */
  #twice(): Buffer<ArrayBuffer> {
    const bytes = 2 * this.#buffer.length;
    account().charge(bytes);
    return Buffer.allocUnsafeSlow(bytes);
  }

  /** Finds the cells of the record that begins at `from`; false when more of the file is needed. */
  #scan(): boolean {
    const buffer = this.#buffer;
    const end = this.#end;
    this.#count = 0;
    this.#nextLine = this.#line;
    if (this.#doubled.size > 0) this.#doubled.clear();
    const delimiter = this.#delimiter;
    let at = this.#afterBlanks(this.#from);
    if (at < end && buffer[at] === this.#comment && !this.#isWord(at)) return this.#scanComment(at);
    for (;;) {
      const cellEnd = at < end && buffer[at] === quote ? this.#quotedCell(at) : this.#plainCell(at);
      if (cellEnd < 0) return false;
      if (delimiter !== null && cellEnd < end && buffer[cellEnd] === delimiter) {
        at = cellEnd + 1;
        while (at < end && this.#isBlank(buffer[at])) at++;
        continue;
      }
      const next = delimiter === null ? this.#afterBlanks(cellEnd) : cellEnd;
      if (next < end && !isLineEnd(buffer[next])) {
        at = next;
        continue;
      }
      const lineEnd = this.#endOfLine(next);
      if (lineEnd < 0) return false;
      this.#next = lineEnd;
      this.#nextLine++;
      // Nothing on the line: that is not a record of one empty cell.
      if (this.#count === 1 && cellEnd === this.#starts[0]) this.#count = 0;
      return true;
    }
  }

  /** Where the line ends that `at` is in, behind its last character; -1 when more of the file is needed. */
  #endOfLine(from: number): number {
    let at = from;
    while (at < this.#end && !isLineEnd(this.#buffer[at])) at++;
    // A carriage return may be half of a line's end.
    if (at + 1 >= this.#end && !this.#isWhole) return -1;
    const isPair = this.#buffer[at] === carriageReturn && at + 1 < this.#end && this.#buffer[at + 1] === lineFeed;
    return Math.min(this.#end, at + (isPair ? 2 : 1));
  }

  #afterBlanks(from: number): number {
    let at = from;
    while (at < this.#end && this.#isBlank(this.#buffer[at])) at++;
    return at;
  }

  /** Whether what begins with a # is how spreadsheets write a missing value. */
  #isWord(at: number): boolean {
    return this.#options.comment === undefined && /^#N\/?A(?![A-Za-z])/i.test(this.#buffer.toString("latin1", at, at + 5));
  }

  /** Reads past a comment that begins at `at`; false when more of the file is needed. */
  #scanComment(at: number): boolean {
    const lineEnd = this.#endOfLine(at);
    if (lineEnd < 0) return false;
    if (this.#options.comment === undefined) this.#requireComment(this.#buffer.toString("utf8", at, lineEnd).trim());
    this.#comments++;
    this.#next = lineEnd;
    this.#nextLine++;
    return true;
  }

  /** A line that nobody said is a comment, and that may be a row, is refused: where it has as many cells as the others, before which there must be numbers in it. */
  #requireComment(line: string): void {
    const delimiter = this.#delimiter === null ? /[ \t]+/ : this.delimiter;
    const unquoted = line.replaceAll(/"[^"]*"/g, "x");
    if (this.#width === 0) {
      const own = unquoted.slice(1).trim().split(delimiter);
      const isNumbers = own.every((cell) => /^[+-]?[\d.,]+(?:[eE][+-]?\d+)?$/.test(cell.trim()));
      this.#before.set(own.length, { line: this.#line, isNumbers });
    } else if (unquoted.split(delimiter).length === this.#width) throw mayBeRow(this.#line);
  }

  /** The end of an unquoted cell that begins at `start`, or -1 when it lies beyond what was read. */
  #plainCell(start: number): number {
    const buffer = this.#buffer;
    const delimiter = this.#delimiter;
    const end = this.#end;
    let at = start;
    for (; at < end; at++) {
      const byte = buffer[at];
      // All that is special but the delimiter comes before the digits.
      if (byte === delimiter) break;
      if (byte > quote) continue;
      if (byte === lineFeed || byte === carriageReturn) break;
      if (delimiter === null && (byte === space || byte === tab)) break;
      if (byte === quote) {
        throw fault(
          this.#placeAt(at, this.#count),
          'a quote inside a cell; cells with quotes are written in quotes, with "" for each inside',
        );
      }
    }
    if (at === end && !this.#isWhole) return -1;
    let last = at;
    while (last > start && this.#isBlank(buffer[last - 1])) last--;
    this.#add(start, last);
    return at;
  }

  /** The same for a cell whose opening quote is at `open`. */
  #quotedCell(open: number): number {
    const buffer = this.#buffer;
    const end = this.#end;
    let at = open + 1;
    for (; at < end; at++) {
      if (buffer[at] === lineFeed) this.#nextLine++;
      if (buffer[at] !== quote) continue;
      if (at + 1 < end && buffer[at + 1] === quote) {
        this.#doubled.add(this.#count);
        at++;
      } else break;
    }
    if (at + 1 >= end && !this.#isWhole) {
      if (end - this.#from > mostRecordBytes) throw this.#unclosed(open);
      return -1;
    }
    if (at >= end) throw this.#unclosed(open);
    const close = at++;
    const isApart = at < end && this.#isBlank(buffer[at]);
    at = this.#afterBlanks(at);
    if (at === end && !this.#isWhole) return -1;
    const isNext = this.#delimiter === null ? isApart : buffer[at] === this.#delimiter;
    if (at < end && !isNext && !isLineEnd(buffer[at])) {
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
    const before = this.#buffer.subarray(this.#from, at);
    const lines = before.reduce((sum, byte) => sum + (byte === lineFeed ? 1 : 0), 0);
    return `Line ${this.#line + lines}, column ${cell + 1}`;
  }

  #requireUtf8(): void {
    if (isUtf8(this.#buffer.subarray(this.#from, this.#next))) return;
    for (let cell = 0; cell < this.#count; cell++) {
      if (!isUtf8(this.#buffer.subarray(this.#starts[cell], this.#ends[cell]))) throw fault(this.place(cell), notUtf8);
    }
    throw fault(`Line ${this.#line}`, notUtf8);
  }
}

const notUtf8 = "the text is not UTF-8; if a spreadsheet wrote it, say encoding=windows-1252";

const mayBeRow = (line: number): Error =>
  fault(`Line ${line}`, "the line begins with # and may be a row: say comment=# to skip it, or comment=none to read it");

const isLineEnd = (byte: number): boolean => byte === lineFeed || byte === carriageReturn;

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * list.length);
  longer.set(list);
  return longer;
}
