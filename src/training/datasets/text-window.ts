import { account } from "../../memory/account.ts";
import { fault } from "./parsed.ts";
import type { TextFile } from "./text-file.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Bytes that are read at once, and that one record may have at the most. */
const pieceBytes = 2 ** 20;
export const mostRecordBytes = 2 ** 26;

export const isLineEnd = (byte: number): boolean => byte === lineFeed || byte === carriageReturn;

/**
 * The piece of a file's text that is in memory. Whoever reads moves `from` and `next`; what lies before `from` is forgotten when more is read.
 *
 *     bytes  ▏ … done … ▏ current record ▏ not looked at yet ▏ free ▏
 *                       from             next                end
 */
export class TextWindow implements Disposable {
  bytes = Buffer.allocUnsafeSlow(2 * pieceBytes);
  from = 0;
  next = 0;
  readonly #file: TextFile;
  #end = 0;
  #isWhole = false;

  constructor(file: TextFile) {
    this.#file = file;
  }

  get end(): number {
    return this.#end;
  }

  /** Whether `end` is that of the file. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Goes back to the beginning of the file, of which nothing is in memory then. */
  restart(): void {
    this.#file.restart();
    this.from = this.next = this.#end = 0;
  }

  /** Makes room by forgetting what is done, and reads on; `line` is that of the record at `from`. Throws invalid_dataset. */
  fill(line: number): void {
    const held = this.#end - this.from;
    if (held > mostRecordBytes) throw fault(`Line ${line}`, `the line has more than ${mostRecordBytes} bytes`);
    const target = held + pieceBytes > this.bytes.length ? this.#twice() : this.bytes;
    this.bytes.copy(target, 0, this.from, this.#end);
    this.bytes = target;
    this.next -= this.from;
    this.from = 0;
    const read = this.#file.read(target, held);
    this.#end = held + read;
    this.#isWhole = read === 0;
  }

  /** Where the line ends that `from` is in, behind its last character; -1 when more of the file is needed. */
  endOfLine(from: number): number {
    let at = from;
    while (at < this.#end && !isLineEnd(this.bytes[at])) at++;
    // A carriage return may be half of a line's end.
    if (at + 1 >= this.#end && !this.#isWhole) return -1;
    const isPair = this.bytes[at] === carriageReturn && at + 1 < this.#end && this.bytes[at + 1] === lineFeed;
    return Math.min(this.#end, at + (isPair ? 2 : 1));
  }

  /** Goes past the line that begins at `next`. */
  skipLine(line: number): void {
    let end = this.endOfLine(this.next);
    while (end < 0) {
      this.from = this.next;
      this.fill(line);
      end = this.endOfLine(this.next);
    }
    this.next = end;
  }

  /** The text from `next` on, of so many bytes at the most, and whether that is all there is. */
  ahead(bytes: number): { readonly text: string; readonly isAll: boolean } {
    const to = Math.min(this.#end, this.next + bytes);
    return { text: this.bytes.toString("utf8", this.next, to), isAll: this.#isWhole && to === this.#end };
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  /** Memory for twice as much. What it takes the place of is garbage, which counts as well. */
  #twice(): Buffer<ArrayBuffer> {
    const bytes = 2 * this.bytes.length;
    account().charge(bytes);
    return Buffer.allocUnsafeSlow(bytes);
  }
}
