import { createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BlobCache } from "./blob-cache.ts";
import type { Blobs } from "./contract.ts";
import type { Database } from "./database.ts";
import { translated } from "./faults.ts";
import type { Connection } from "./schema.ts";

/** A large value is read whole by the server and by the driver, several times over: chunks keep that small. */
const chunkBytes = 4 * 2 ** 20;

/** How many old blobs are looked at in one statement of a sweep. */
const atOnce = 200;

/** Blobs as rows of chunks, for processes that share no disk, with copies in files of this machine for those that read files. */
export class DatabaseBlobs implements Blobs {
  readonly #database: Database;
  readonly #cache: BlobCache;

  constructor(database: Database, cache: BlobCache) {
    this.#database = database;
    this.#cache = cache;
  }

  put(digest: string, bytes: Uint8Array): Promise<void> {
    return this.#keep(digest, bytes.byteLength, async (at, length) => bytes.subarray(at, at + length));
  }

  async putFile(digest: string, path: string): Promise<void> {
    const file = await translated(() => open(path));
    try {
      const { size } = await file.stat();
      await this.#keep(digest, size, async (at, length) => {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
        if (bytesRead < length) throw new Error(`${path} became shorter while it was read.`);
        return buffer;
      });
    } finally {
      await file.close();
    }
    await translated(() => rm(path, { force: true }));
  }

  async size(digest: string): Promise<number | null> {
    const row = await this.#database.query((db) => db.selectFrom("blobs").select("bytes").where("digest", "=", digest).executeTakeFirst());
    return row?.bytes ?? null;
  }

  async stream(digest: string): Promise<Readable> {
    const bytes = await this.#sizeOf(digest);
    return Readable.from(this.#chunks(digest, bytes), { objectMode: false });
  }

  async read(digest: string): Promise<Buffer<ArrayBuffer>> {
    const whole = Buffer.alloc(await this.#sizeOf(digest));
    let at = 0;
    for await (const chunk of this.#chunks(digest, whole.length)) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  localPath(digest: string): Promise<string> {
    return this.#cache.path(digest, async (draft) => pipeline(await this.stream(digest), createWriteStream(draft, { flags: "wx" })));
  }

  /** Removes blobs last kept before a time, in milliseconds since 1970, that nothing refers to. Answers how many. */
  async sweep(before: number, unreferenced: (digests: readonly string[]) => Promise<readonly string[]>): Promise<number> {
    let removed = 0;
    let last = "";
    for (;;) {
      const old = await this.#database.query((db) =>
        db
          .selectFrom("blobs")
          .select("digest")
          .where("used_at", "<", before)
          .where("digest", ">", last)
          .orderBy("digest")
          .limit(atOnce)
          .execute(),
      );
      if (old.length === 0) return removed;
      const digests = old.map(({ digest }) => digest);
      last = digests[digests.length - 1];
      for (const digest of await unreferenced(digests)) removed += await this.#remove(digest, before);
    }
  }

  /** One that was kept again after the sweep had looked at it stays. */
  async #remove(digest: string, before: number): Promise<number> {
    const { numDeletedRows } = await this.#database.query((db) =>
      db.deleteFrom("blobs").where("digest", "=", digest).where("used_at", "<", before).executeTakeFirstOrThrow(),
    );
    return Number(numDeletedRows);
  }

  async #keep(digest: string, bytes: number, chunkAt: (at: number, length: number) => Promise<Uint8Array>): Promise<void> {
    await this.#database.transaction(async (tx) => {
      if ((await enter(tx, digest, bytes)) === "known") return;
      for (let at = 0, position = 0; at < bytes; at += chunkBytes, position++) {
        const chunk = await chunkAt(at, Math.min(chunkBytes, bytes - at));
        await tx.insertInto("blob_chunks").values({ digest, position, bytes: chunk }).execute();
      }
    });
  }

  async #sizeOf(digest: string): Promise<number> {
    const bytes = await this.size(digest);
    if (bytes === null) throw new Error(`There is no blob ${digest}.`);
    return bytes;
  }

  async *#chunks(digest: string, bytes: number): AsyncGenerator<Buffer> {
    for (let position = 0; position * chunkBytes < bytes; position++) {
      const chunk = await this.#database.query((db) =>
        db
          .selectFrom("blob_chunks")
          .select("bytes")
          .where("digest", "=", digest)
          .where("position", "=", position)
          .executeTakeFirstOrThrow(() => new Error(`Blob ${digest} was removed while it was read.`)),
      );
      yield Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength);
    }
  }
}

/**
 * Enters a blob, or marks it as used: then no sweep removes it before something refers to it. Whoever enters the same one at the same time waits for this
 * transaction, and finds it known.
 */
async function enter(tx: Connection, digest: string, bytes: number): Promise<"new" | "known"> {
  const now = Date.now();
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("blobs")
    .values({ digest, bytes, used_at: now })
    .onConflict((conflict) => conflict.column("digest").doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 1n) return "new";
  const known = await tx
    .updateTable("blobs")
    .set({ used_at: now })
    .where("digest", "=", digest)
    .where("bytes", "=", bytes)
    .executeTakeFirstOrThrow();
  if (known.numUpdatedRows === 1n) return "known";
  throw new Error(`Blob ${digest} is known with another length than ${bytes} bytes.`);
}
