import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { finished, PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { translated } from "../../jobs/faults.ts";
import { type Problem, problem } from "../../problems/problems.ts";

/** What lies here for so long, in milliseconds, belongs to a process that has ended in the midst of it. */
const forgottenMs = 3_600_000;

/** Does work with a new folder inside `uploads`, which is gone afterwards. */
export async function inUploadFolder<T>(uploads: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await translated(async () => {
    await mkdir(uploads, { recursive: true });
    await removeForgotten(uploads);
    return mkdtemp(join(uploads, "upload-"));
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeForgotten(uploads: string): Promise<void> {
  for (const name of await readdir(uploads)) {
    const path = join(uploads, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - forgottenMs) await rm(path, { recursive: true, force: true });
  }
}

/** What still comes of a body that was refused is read and forgotten, so that the client, once it has sent all, reads the answer. */
export function forgetRest(raw: IncomingMessage): void {
  raw.unpipe();
  raw.on("error", () => {}).resume();
}

/**
 * Writes a body to a file, unpacked when it is a gzip archive. Throws Problem body_too_large, also when it unpacks to more than
 * `maxBytes`, invalid_dataset when the archive is damaged, storage_full. A body that was not read to its end is left to be read on.
 */
export async function receiveFile(body: Readable, path: string, maxBytes: number): Promise<void> {
  const chunks: AsyncIterator<Buffer> = arriving(body)[Symbol.asyncIterator]();
  const first = await beginning(chunks);
  const whole = counted(resumed(first, chunks), maxBytes);
  const file = createWriteStream(path);
  const isArchive = first[0] === 0x1f && first[1] === 0x8b;
  try {
    await translated(() =>
      isArchive ? pipeline(whole, createGunzip(), (unpacked) => counted(unpacked, maxBytes), file) : pipeline(whole, file),
    );
  } catch (error) {
    throw isDamage(error) ? damaged() : error;
  }
}

/** What comes of the body, as a stream of its own: that which fails may be destroyed, and the body with its connection stays. */
function arriving(body: Readable): PassThrough {
  const stream = new PassThrough();
  // Also of one that has failed already.
  finished(body, (error) => {
    if (error) stream.destroy(error);
  });
  return body.pipe(stream);
}

/** The chunks up to the first two bytes, which tell an archive. */
async function beginning(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  return first;
}

async function* resumed(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

async function* counted(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw uploadTooLarge(maxBytes);
    yield chunk;
  }
}

export const uploadTooLarge = (maxBytes: number): Problem =>
  problem("body_too_large", `The file has more than ${maxBytes} bytes, or unpacks to more`);

const isDamage = (error: unknown): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_");

function damaged(): Problem {
  const detail = "The gzip archive is damaged, or ends too early";
  return problem("invalid_dataset", detail, [{ pointer: "", detail }]);
}
