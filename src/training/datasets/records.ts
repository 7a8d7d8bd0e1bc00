import { isUtf8 } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";
import { account } from "../../memory/account.ts";
import { fault } from "./parsed.ts";

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

/** What may separate cells where nothing is said, in the order of preference. */
const likelyDelimiters = [",", ";", "\t", "|"];

/**
 * Reads a CSV file (RFC 4180) a record at a time, as places in one piece of memory: no text is made of a cell that nobody asks for.
 * The class is the current record. It is ours because a library's would make a text of every cell, or be asynchronous, which tasks of a pool are not.
 *
 *     buffer  ▏ … done … ▏ current record ▏ not looked at yet ▏ free ▏
 *                        from             next                end
 */
export class Records implements Disposable {
  readonly #file: number;
  #buffer = Buffer.allocUnsafeSlow(2 * pieceBytes);
  #from = 0;
  #next = 0;
  #end = 0;
  #isWhole = false;
  #delimiter = 0;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #count = 0;
  /** Cells in quotes that have quotes inside, which are doubled there. */
  readonly #doubled = new Set<number>();
  #line = 0;
  #nextLine = 1;

  /** `delimiter` is one ASCII character; left out, it is guessed from the first line. */
  constructor(path: string, delimiter?: string) {
    this.#file = openSync(path, "r");
    this.#fill();
    const bom = this.#buffer.subarray(0, Math.min(3, this.#end));
    if (bom.equals(Buffer.from("\uFEFF"))) this.#next = 3;
    this.#delimiter = (delimiter ?? this.#likelyDelimiter()).charCodeAt(0);
  }

  get delimiter(): string {
    return String.fromCharCode(this.#delimiter);
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
        return true;
      }
      if (this.#isWhole && this.#next >= this.#end) return false;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
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
    const read = readSync(this.#file, target, held, target.length - held, null);
    this.#end = held + read;
    this.#isWhole = read === 0;
  }

  /** Memory for twice as much. What it takes the place of is garbage, which counts as well. */
  #twice(): Buffer<ArrayBuffer> {
    const bytes = 2 * this.#buffer.length;
    account().charge(bytes);
    return Buffer.allocUnsafeSlow(bytes);
  }

  #likelyDelimiter(): string {
    const lineEnd = this.#buffer.subarray(0, this.#end).indexOf(lineFeed);
    const line = this.#buffer.toString("utf8", 0, lineEnd < 0 ? this.#end : lineEnd).replaceAll(/"[^"]*"/g, "");
    const counts = likelyDelimiters.map((delimiter) => line.split(delimiter).length);
    return likelyDelimiters[counts.indexOf(Math.max(...counts))];
  }

  /** Finds the cells of the record that begins at `from`; false when more of the file is needed. */
  #scan(): boolean {
    const buffer = this.#buffer;
    const end = this.#end;
    this.#count = 0;
    this.#nextLine = this.#line;
    if (this.#doubled.size > 0) this.#doubled.clear();
    let at = this.#from;
    for (;;) {
      while (at < end && this.#isBlank(buffer[at])) at++;
      const cellEnd = at < end && buffer[at] === quote ? this.#quotedCell(at) : this.#plainCell(at);
      if (cellEnd < 0) return false;
      if (cellEnd < end && buffer[cellEnd] === this.#delimiter) {
        at = cellEnd + 1;
        continue;
      }
      // A carriage return may be half of a line's end.
      if (cellEnd + 1 >= end && !this.#isWhole) return false;
      const isPair = buffer[cellEnd] === carriageReturn && cellEnd + 1 < end && buffer[cellEnd + 1] === lineFeed;
      this.#next = Math.min(end, cellEnd + (isPair ? 2 : 1));
      this.#nextLine++;
      // Nothing on the line: that is not a record of one empty cell.
      if (this.#count === 1 && cellEnd === this.#starts[0]) this.#count = 0;
      return true;
    }
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
    while (at < end && this.#isBlank(buffer[at])) at++;
    if (at === end && !this.#isWhole) return -1;
    const next = buffer[at];
    if (at < end && next !== this.#delimiter && next !== lineFeed && next !== carriageReturn) {
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
      if (!isUtf8(this.#buffer.subarray(this.#starts[cell], this.#ends[cell]))) throw fault(this.place(cell), "the text is not UTF-8");
    }
    throw fault(`Line ${this.#line}`, "the text is not UTF-8");
  }
}

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * list.length);
  longer.set(list);
  return longer;
}
