import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { finished, PassThrough, type Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { z } from "zod";
import { type Problem, problem } from "../problems/problems.ts";
import type { Answer } from "../tasks/perform.ts";
import { parseDataset } from "../training/datasets/task.ts";
import type { Caller, Workers } from "../workers/pool.ts";
import type { Blobs, Dataset, DatasetStore } from "./contract.ts";
import { translated } from "./faults.ts";

/** What lies here for so long, in milliseconds, belongs to a process that has ended in the midst of it. */
const forgottenMs = 3_600_000;

/** Where datasets are kept, and who reads them. */
export interface DatasetDesk {
  readonly pool: Workers;
  readonly blobs: Pick<Blobs, "putFile">;
  readonly datasets: DatasetStore;
  /** Where files lie while they arrive and are read. */
  readonly uploadsFolder: string;
  /** Bytes of a file, as it comes, unpacked, and as it is kept. */
  readonly maxDatasetBytes: number;
}

interface Arriving {
  readonly file: Readable;
  readonly name: string;
  /** How the file is read. */
  readonly reading: Omit<z.output<typeof parseDataset.parameters>, "path" | "blobPath" | "maxBytes">;
  /** On whose behalf it is read, and until when. */
  readonly caller: Caller;
  readonly owner: string;
  /** How many bytes the owner may keep. */
  readonly share: number | null;
}

export type Uploaded = { readonly dataset: Dataset; readonly isNew: boolean } | { readonly refusal: Answer };

/** Makes a dataset of a file: it is unpacked, read by a worker, and kept, unless the same content was there already. Throws Problem. */
export async function uploadDataset({ file, name, reading, caller, owner, share }: Arriving, desk: DatasetDesk): Promise<Uploaded> {
  const { pool, blobs, datasets, uploadsFolder, maxDatasetBytes: maxBytes } = desk;
  const answer = await inUploadFolder(uploadsFolder, async (folder) => {
    const upload = { ...reading, path: join(folder, "file"), blobPath: join(folder, "blob"), maxBytes };
    await receiveFile(file, upload.path, maxBytes);
    const parsed = await pool.run(parseDataset, upload, undefined, caller);
    if (parsed.facts !== undefined) await blobs.putFile(parsed.facts.digest, upload.blobPath);
    return parsed;
  });
  if (answer.facts === undefined) return { refusal: answer };
  answer.release?.();
  const { digest, bytes, description } = answer.facts;
  const dataset: Dataset = { owner, id: `sha256:${digest}`, name, created_at: Date.now(), bytes, description };
  const isNew = await datasets.add(dataset, owner, share);
  return { dataset: isNew ? dataset : await datasets.get(dataset.id, owner), isNew };
}

/** Does work with a new folder inside `uploads`, which is gone afterwards. */
async function inUploadFolder<T>(uploads: string, work: (folder: string) => Promise<T>): Promise<T> {
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
    await translated(() => (isArchive ? unpackedInto(file, whole, maxBytes) : pipeline(whole, file)));
  } catch (error) {
    throw isDamage(error) ? damaged() : error;
  }
}

/** Unpacks a gzip archive, of one member or several. What follows the last of them is no part of it: a member whose beginning is damaged, most likely. */
async function unpackedInto(file: Writable, archive: AsyncIterable<Buffer>, maxBytes: number): Promise<void> {
  const gunzip = createGunzip();
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of archive) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  await pipeline(measured, gunzip, (unpacked) => counted(unpacked, maxBytes), file);
  if (gunzip.bytesWritten < bytes) throw damaged();
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
