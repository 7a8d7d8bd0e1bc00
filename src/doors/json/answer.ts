import { account } from "../../memory/account.ts";
import { encodedPieces } from "../../request/encode.ts";
import type { Limits } from "../../request/limits.ts";
import type { Encoding } from "../../request/values.ts";
import { answerTooLarge } from "../../tasks/outline.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Text that is longer than this many characters is made bytes. */
const longestText = 2 ** 16;

/** An answer's bytes grow by this many at least. */
const growth = 2 ** 20;

/** V8 has no memory for more at once. */
const mostBytes = 2 ** 32;

/** A stretch of an answer, in bytes. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * An answer as it is written: a text while it is short, and bytes from then on, in memory that grows where it is and that is charged
 * before it is taken. Throws answer_too_large as soon as it is too long.
 */
export class GrowingAnswer {
  readonly #limits: Limits;
  /** What is not among the bytes yet. */
  #text = "";
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #length = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  add(text: string): void {
    this.#text += text;
    if (this.#text.length > longestText) this.#flush();
  }

  /** Writes a tensor, and says where it stands. */
  addTensor(tensor: Tensor, encoding: Encoding): Stretch {
    this.#flush();
    const start = this.#length;
    for (const piece of encodedPieces(tensor, encoding)) this.add(piece);
    this.#flush();
    return { start, end: this.#length };
  }

  /** Writes what stands in the answer before. */
  repeat({ start, end }: Stretch): void {
    this.#flush();
    const bytes = this.#grown(end - start);
    bytes.copyWithin(this.#length, start, end);
    this.#length += end - start;
  }

  /** The answer; of bytes the memory is given away. */
  finish(): string | Uint8Array<ArrayBuffer> {
    if (this.#bytes === null) {
      if (this.#text.length > this.#limits.answerBytes) throw answerTooLarge(this.#limits);
      return this.#text;
    }
    this.#flush();
    this.#bytes.buffer.resize(this.#length);
    return this.#bytes;
  }

  #flush(): void {
    const length = Buffer.byteLength(this.#text);
    const bytes = this.#grown(length);
    new TextEncoder().encodeInto(this.#text, bytes.subarray(this.#length));
    this.#length += length;
    this.#text = "";
  }

  /** The bytes with room for so many more. */
  #grown(more: number): Uint8Array<ArrayBuffer> {
    const wanted = this.#length + more;
    const most = Math.min(this.#limits.answerBytes, mostBytes);
    if (wanted > most) throw answerTooLarge(this.#limits);
    this.#bytes ??= new Uint8Array(new ArrayBuffer(0, { maxByteLength: most }));
    const { buffer } = this.#bytes;
    if (wanted > buffer.byteLength) {
      const size = Math.min(most, Math.max(wanted, buffer.byteLength + growth));
      account().charge(size - buffer.byteLength);
      buffer.resize(size);
    }
    return this.#bytes;
  }
}
