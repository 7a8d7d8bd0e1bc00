/** Files as one archive, in the format of tar as POSIX has it, which every tar reads. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";

/** Everything in an archive comes in blocks of so many bytes, and two empty ones end it. */
const blockBytes = 512;

/** Where the fields of a header lie that are used here, and how long they are. */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  size: [124, 12],
  time: [136, 12],
  sum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
} as const;

type Field = keyof typeof fields;

export interface ArchivedFile {
  /** Its path in the archive: at most 100 bytes of ASCII. */
  readonly name: string;
  /** Where it lies. */
  readonly path: string;
  /** Hands its bytes on, and throws where they are not what they should be. */
  readonly check?: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
}

/** Thrown where an archive is none, or ends too early. */
export class DamagedArchive extends Error {
  override readonly name = "DamagedArchive";
}

const unchecked = (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => chunks;

/** The bytes of an archive. A file that changes while it is read has the length that it had at first, or is thrown. */
export async function* packed(files: AsyncIterable<ArchivedFile>): AsyncGenerator<Uint8Array> {
  for await (const { name, path, check = unchecked } of files) {
    const { size } = await stat(path);
    yield headerOf(name, size);
    let bytes = 0;
    for await (const chunk of check(size === 0 ? Readable.from([]) : createReadStream(path, { highWaterMark: 2 ** 20, end: size - 1 }))) {
      bytes += chunk.length;
      yield chunk;
    }
    if (bytes < size) throw new Error(`${path} became shorter while it was read.`);
    yield Buffer.alloc(-size & (blockBytes - 1));
  }
  yield Buffer.alloc(2 * blockBytes);
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const put = (field: Field, text: string): unknown => header.write(text, fields[field][0], fields[field][1], "latin1");
  const octal = (number: number, digits: number): string => number.toString(8).padStart(digits, "0");
  put("name", name);
  put("mode", octal(0o600, 7));
  put("time", octal(Math.floor(Date.now() / 1000), 11));
  put("type", "0");
  put("magic", "ustar\u000000");
  // What is too long for digits is a number of 96 bits, as GNU's tar and the others write it.
  if (size < 8 ** 11) put("size", octal(size, 11));
  else {
    header[fields.size[0]] = 0x80;
    header.writeBigUInt64BE(BigInt(size), fields.size[0] + 4);
  }
  put("sum", `${octal(sumOf(header), 6)}\0 `);
  return header;
}

/** The sum of a header's bytes, with blanks in place of the sum. */
function sumOf(header: Buffer): number {
  const [at, length] = fields.sum;
  return header.reduce((sum, byte, place) => sum + (place >= at && place < at + length ? 32 : byte), 0);
}

/** A file in an archive that is being read: its chunks must be read before the next one is asked for. */
export interface Unpacked {
  readonly name: string;
  readonly chunks: AsyncGenerator<Uint8Array>;
}

/** The files of an archive, in its order. Throws DamagedArchive. */
export async function* unpacked(archive: AsyncIterable<Buffer>): AsyncGenerator<Unpacked> {
  const bytes = new Bytes(archive);
  for (;;) {
    const header = await bytes.take(blockBytes);
    if (header.every((byte) => byte === 0)) return;
    const { name, size } = readHeader(header);
    yield { name, chunks: bytes.pieces(size) };
    await bytes.take(-size & (blockBytes - 1));
  }
}

function readHeader(header: Buffer): { readonly name: string; readonly size: number } {
  const text = (field: Field): string => {
    const [at, length] = fields[field];
    return header.toString("latin1", at, at + length).replace(/[\0 ].*$/s, "");
  };
  if (text("magic") !== "ustar" || Number.parseInt(text("sum"), 8) !== sumOf(header))
    throw new DamagedArchive("This is no backup, or it is damaged.");
  const size = header[fields.size[0]] === 0x80 ? Number(header.readBigUInt64BE(fields.size[0] + 4)) : Number.parseInt(text("size"), 8);
  return { name: text("name"), size };
}

/** Bytes that are taken from chunks of any length. */
class Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.pieces(count)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *pieces(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) throw new DamagedArchive("The backup ends too early.");
        this.#rest = next.value;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}
