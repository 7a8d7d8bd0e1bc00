import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { sql } from "kysely";
import type { BlobCache } from "./blob-cache.ts";
import type { Blobs } from "./contract.ts";
import type { Database } from "./database.ts";
import { translated } from "./faults.ts";
import type { Unreferenced } from "./retention.ts";
import { beyondLimit } from "./room.ts";
import type { Connection } from "./schema.ts";
import { damaged, missing, proved } from "./sound-files.ts";

/** A large value is read whole by the server and by the driver, several times over: chunks keep that small. */
const chunkBytes = 4 * 2 ** 20;

/** How many old blobs are looked at in one statement of a sweep. */
const atOnce = 200;

/** Blobs as rows of chunks, for processes that share no disk, with copies in files of this machine for those that read files. */
export class DatabaseBlobs implements Blobs {
  readonly #database: Database;
  readonly #cache: BlobCache;
  readonly #limit: number;

  /** All blobs together have at most `limit` bytes; 0: as many as the database takes. */
  constructor(database: Database, cache: BlobCache, limit: number) {
    this.#database = database;
    this.#cache = cache;
    this.#limit = limit;
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

  /** What is handed on is the copy in the cache, which is read to its end before. */
  async stream(digest: string): Promise<Readable> {
    const path = await this.#cache.examined(digest, (draft) => this.#fetch(digest, draft));
    return translated(async () => createReadStream("", { fd: await open(path) }));
  }

  async read(digest: string): Promise<Buffer<ArrayBuffer>> {
    return Buffer.from(await buffer(await this.stream(digest)));
  }

  localPath(digest: string): Promise<string> {
    return this.#cache.path(digest, (draft) => this.#fetch(digest, draft));
  }

  async #fetch(digest: string, draft: string): Promise<void> {
    await pipeline(proved(this.#chunks(digest), digest), createWriteStream(draft, { flags: "wx" }));
  }

  /** Removes blobs at once that nothing refers to any more; those that were kept by several, who may be about to refer to them, are left to the sweep. */
  async discard(digests: readonly string[], unreferenced: Unreferenced): Promise<void> {
    const left = await unreferenced([...new Set(digests)]);
    if (left.length === 0) return;
    await this.#database.query((db) => db.deleteFrom("blobs").where("digest", "in", left).where("keeps", "=", 1).execute());
  }

  /** Removes blobs last kept before a time, in milliseconds since 1970, that nothing refers to. Answers how many. */
  async sweep(before: number, unreferenced: Unreferenced): Promise<number> {
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

  /** Of a blob that is known already, the chunks that are damaged or missing are written anew. */
  async #keep(digest: string, bytes: number, chunkAt: (at: number, length: number) => Promise<Uint8Array>): Promise<void> {
    await this.#database.transaction(async (tx) => {
      if ((await enter(tx, digest, bytes)) === "new" && this.#limit > 0) await requireRoom(tx, bytes, this.#limit);
      const known = await chunkDigests(tx, digest);
      let position = 0;
      for (let at = 0; at < bytes; at += chunkBytes, position++) {
        const chunk = await chunkAt(at, Math.min(chunkBytes, bytes - at));
        if (known.size > 0 && known.get(position) === createHash("sha256").update(chunk).digest("hex")) continue;
        await tx
          .insertInto("blob_chunks")
          .values({ digest, position, bytes: chunk })
          .onConflict((conflict) => conflict.columns(["digest", "position"]).doUpdateSet({ bytes: chunk }))
          .execute();
      }
      if (known.size > position)
        await tx.deleteFrom("blob_chunks").where("digest", "=", digest).where("position", ">=", position).execute();
    });
  }

  async *#chunks(digest: string): AsyncGenerator<Uint8Array> {
    const bytes = await this.size(digest);
    if (bytes === null) throw missing(digest);
    for (let position = 0; position * chunkBytes < bytes; position++) {
      const chunk = await this.#database.query((db) =>
        db
          .selectFrom("blob_chunks")
          .select("bytes")
          .where("digest", "=", digest)
          .where("position", "=", position)
          .executeTakeFirstOrThrow(() => damaged(digest)),
      );
      yield chunk.bytes;
    }
  }
}

/**
 * Enters a blob, or marks it as used: then no sweep removes it before something refers to it. Whoever enters the same one at the same time waits for this
 * transaction, and finds it known.
 */
async function enter(tx: Connection, digest: string, bytes: number): Promise<"new" | "known"> {
  const entry = { bytes, used_at: Date.now() };
  const { keeps } = await tx
    .insertInto("blobs")
    .values({ digest, ...entry, keeps: 1 })
    .onConflict((conflict) =>
      conflict.column("digest").doUpdateSet((blob) => ({ ...entry, keeps: sql<number>`${blob.ref("blobs.keeps")} + 1` })),
    )
    .returning("keeps")
    .executeTakeFirstOrThrow();
  return keeps === 1 ? "new" : "known";
}

/** Refuses a blob that was just entered when all together are too large. Throws Problem storage_limit. */
async function requireRoom(tx: Connection, bytes: number, limit: number): Promise<void> {
  const { all } = await tx
    .selectFrom("blobs")
    .select((blobs) => blobs.fn.sum<string>("bytes").as("all"))
    .executeTakeFirstOrThrow();
  if (Number(all) > limit) throw beyondLimit(bytes, Number(all) - bytes, limit);
}

/** The digests of a blob's chunks by their positions, computed where they lie. */
async function chunkDigests(tx: Connection, digest: string): Promise<ReadonlyMap<number, string>> {
  const chunks = await tx
    .selectFrom("blob_chunks")
    .select(["position", sql<string>`encode(sha256(bytes), 'hex')`.as("digest")])
    .where("digest", "=", digest)
    .execute();
  return new Map(chunks.map((chunk) => [chunk.position, chunk.digest]));
}
