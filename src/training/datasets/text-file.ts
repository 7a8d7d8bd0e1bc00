import { closeSync, openSync, readSync } from "node:fs";
import { TextDecoder } from "node:util";
import { decoderNames, type TextEncoding } from "./encodings.ts";
import { fault } from "./parsed.ts";

/** Marks at the beginning of a file that tell its encoding. */
const marks: readonly (readonly [Buffer, TextEncoding])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), "utf-8"],
  [Buffer.from([0xff, 0xfe]), "utf-16le"],
  [Buffer.from([0xfe, 0xff]), "utf-16be"],
];

/** The encoding that the first bytes of a file mark, or null. */
export const markedEncoding = (start: Buffer): TextEncoding | null =>
  marks.find(([mark]) => start.subarray(0, mark.length).equals(mark))?.[1] ?? null;

/** A byte becomes three of UTF-8 at the most, and a decoder holds a few back. */
const mostGrowth = 3;
const heldBack = 16;

/** A file of text in some encoding, read from its beginning as UTF-8, without the mark that tells the encoding. */
export class TextFile implements Disposable {
  readonly encoding: TextEncoding;
  /** Whether the encoding was found out from the file. */
  readonly isGuessed: boolean;
  readonly #file: number;
  readonly #markBytes: number;
  #position = 0;
  #decoder: TextDecoder | null = null;

  constructor(path: string, encoding?: TextEncoding) {
    this.#file = openSync(path, "r");
    const start = Buffer.alloc(heldBack);
    const marked = markedEncoding(start.subarray(0, readSync(this.#file, start, 0, start.length, 0)));
    const isMeant = encoding === undefined || encoding === marked || (encoding === "utf-16" && marked?.startsWith("utf-16"));
    this.encoding = isMeant ? (marked ?? encoding ?? "utf-8") : encoding;
    this.isGuessed = encoding === undefined;
    this.#markBytes = isMeant ? (marks.find(([, each]) => each === marked)?.[0].length ?? 0) : 0;
    this.restart();
  }

  /** Begins again. */
  restart(): void {
    this.#position = this.#markBytes;
    this.#decoder = this.encoding === "utf-8" ? null : new TextDecoder(decoderNames[this.encoding], { fatal: true, ignoreBOM: true });
  }

  /** Puts the next bytes of UTF-8 into `target` from `at` on, which has room for many; says how many there are, 0 at the end. Throws invalid_dataset. */
  read(target: Buffer, at: number): number {
    if (this.#decoder === null) return this.#advance(target.subarray(at));
    const piece = Buffer.allocUnsafe(Math.floor((target.length - at - heldBack) / mostGrowth));
    for (;;) {
      const read = this.#advance(piece);
      const text = this.#decoded(piece.subarray(0, read), read > 0);
      if (text !== "" || read === 0) return target.write(text, at, "utf8");
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #advance(into: Buffer): number {
    const read = readSync(this.#file, into, 0, into.length, this.#position);
    this.#position += read;
    return read;
  }

  #decoded(bytes: Buffer, stream: boolean): string {
    try {
      return this.#decoder?.decode(bytes, { stream }) ?? "";
    } catch {
      throw fault(`Before byte ${this.#position}`, `the text is not ${this.encoding}`);
    }
  }
}
