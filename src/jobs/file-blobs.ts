import { randomUUID } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { copyFile, type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Blobs } from "./contract.ts";
import { translated } from "./faults.ts";
import { isHeld } from "./hold.ts";
import type { Unreferenced } from "./retention.ts";
import type { Room } from "./room.ts";
import { SoundFiles } from "./sound-files.ts";

/** The names of the folders that blobs lie in. */
const shard = /^[0-9a-f]{2}$/;

/** A blob of no more bytes is read whole, and not twice. */
const wholeBytes = 2 ** 20;

/** Whoever has been given the path of a blob reads it within this time, in milliseconds. */
const readingMs = 60_000;

const isCoded = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;

const isMissing = (error: unknown): boolean => isCoded(error, "ENOENT");

/** Blobs as files named by their digests: `ab/cdef…`. A file is written elsewhere and moved into its place when it is on the disk. */
export class FileBlobs implements Blobs {
  readonly #folder: string;
  readonly #drafts: string;
  readonly #room: Room;
  readonly #sound = new SoundFiles();
  /** When somebody last read a blob, or kept one that was there already: that which somebody may be about to use stays for a while. */
  readonly #usedAt = new Map<string, number>();
  /** What is being done to a blob: keeping and removing one take turns. */
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(folder: string, room: Room) {
    this.#folder = folder;
    this.#room = room;
    this.#drafts = join(folder, "drafts");
  }

  /** Opens a folder that is this process's alone: drafts that lie there are those of a process that has ended. */
  static async open(folder: string, room: Room): Promise<FileBlobs> {
    const blobs = new FileBlobs(folder, room);
    await translated(async () => {
      await rm(blobs.#drafts, { recursive: true, force: true });
      await mkdir(blobs.#drafts, { recursive: true });
    });
    return blobs;
  }

  /** How many bytes lie in a folder of blobs. */
  static bytesIn(folder: string): Promise<number> {
    return translated(async () => {
      let bytes = 0;
      for (const name of await namesIn(folder)) {
        if (!shard.test(name)) continue;
        for (const rest of await namesIn(join(folder, name))) bytes += (await sizeOf(join(folder, name, rest))) ?? 0;
      }
      return bytes;
    });
  }

  put(digest: string, bytes: Uint8Array): Promise<void> {
    return this.#keep(digest, bytes.byteLength, (draft) => writeDraft(draft, bytes));
  }

  async putFile(digest: string, path: string): Promise<void> {
    const { size } = await translated(() => stat(path));
    await this.#keep(digest, size, (draft) => moveTo(draft, path));
    await translated(() => rm(path, { force: true }));
  }

  size(digest: string): Promise<number | null> {
    return translated(() => sizeOf(this.#path(digest)));
  }

  /** Read to its end before the first byte is handed on: what is damaged is refused, and not broken off. */
  async stream(digest: string): Promise<Readable> {
    this.#usedAt.set(digest, Date.now());
    const path = this.#path(digest);
    if (((await translated(() => sizeOf(path))) ?? 0) <= wholeBytes) return Readable.from([await this.#sound.read(path, digest)]);
    this.#sound.forget(path);
    await this.#sound.require(path, digest);
    return translated(async () => createReadStream("", { fd: await open(path) }));
  }

  async read(digest: string): Promise<Buffer<ArrayBuffer>> {
    return Buffer.from(await buffer(await this.stream(digest)));
  }

  async localPath(digest: string): Promise<string> {
    this.#usedAt.set(digest, Date.now());
    const path = this.#path(digest);
    await this.#sound.require(path, digest);
    return path;
  }

  /** Removes blobs at once that nothing refers to any more; those that somebody may be using are left to the sweep. */
  async discard(digests: readonly string[], unreferenced: Unreferenced): Promise<void> {
    const left = await unreferenced([...new Set(digests)]);
    if (left.length === 0 || (await isHeld(this.#folder))) return;
    for (const digest of left) {
      await this.#inTurn(digest, async () => {
        if (!this.#usedAt.has(digest)) await this.#takeAway(digest);
      });
    }
  }

  /** Removes blobs last kept before a time, in milliseconds since 1970, that nothing refers to. Answers how many. */
  async sweep(before: number, unreferenced: Unreferenced): Promise<number> {
    let removed = 0;
    const readBefore = Date.now() - readingMs;
    for (const [digest, usedAt] of this.#usedAt) if (usedAt < Math.min(before, readBefore)) this.#usedAt.delete(digest);
    for (const folder of await readdir(this.#folder)) {
      if (!shard.test(folder)) continue;
      const old: string[] = [];
      for (const name of await namesIn(join(this.#folder, folder))) {
        const digest = folder + name;
        if (await this.#isOlder(digest, before)) old.push(digest);
      }
      const left = old.length === 0 ? [] : await unreferenced(old);
      for (const digest of left.length === 0 || (await isHeld(this.#folder)) ? [] : left) {
        if (await this.#inTurn(digest, () => this.#remove(digest, before))) removed += 1;
      }
    }
    return removed;
  }

  async #isOlder(digest: string, before: number): Promise<boolean> {
    try {
      return (await stat(this.#path(digest))).mtimeMs < before;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** One that was kept again after the sweep had looked at it stays. */
  async #remove(digest: string, before: number): Promise<boolean> {
    if (!(await this.#isOlder(digest, before))) return false;
    await this.#takeAway(digest);
    return true;
  }

  async #takeAway(digest: string): Promise<void> {
    const path = this.#path(digest);
    const bytes = (await sizeOf(path)) ?? 0;
    await rm(path, { recursive: true, force: true });
    this.#room.giveBack(bytes);
  }

  #keep(digest: string, bytes: number, write: (draft: string) => Promise<void>): Promise<void> {
    return translated(() =>
      this.#inTurn(digest, async () => {
        const path = this.#path(digest);
        const size = await sizeOf(path);
        if (size !== null) this.#usedAt.set(digest, Date.now());
        if (size === bytes && (await this.#sound.isSound(path, digest))) {
          // As young as a new one, so that no sweep removes it before something refers to it.
          await utimes(path, new Date(), new Date());
          await this.#sound.trust(path);
          return;
        }
        const draft = join(this.#drafts, randomUUID());
        await this.#room.take(bytes);
        try {
          await write(draft);
          await settle(draft, path);
          await this.#sound.trust(path);
          this.#room.giveBack(size ?? 0);
        } catch (error) {
          this.#room.giveBack(bytes);
          throw error;
        } finally {
          await rm(draft, { force: true });
        }
      }),
    );
  }

  /** Runs what is done to one blob one after the other. */
  async #inTurn<T>(digest: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(digest);
    const turn = (before ?? Promise.resolve()).then(work, work);
    this.#turns.set(digest, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(digest) === turn) this.#turns.delete(digest);
    }
  }

  #path(digest: string): string {
    return join(this.#folder, digest.slice(0, 2), digest.slice(2));
  }
}

/** null where there is no file. */
async function sizeOf(path: string): Promise<number | null> {
  const about = await aboutPath(path);
  return about?.isFile() === true ? about.size : null;
}

async function aboutPath(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error) || isCoded(error, "ENOTDIR")) return null;
    throw error;
  }
}

/** Whatever has taken the place of a folder has no names in it. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error) || isCoded(error, "ENOTDIR")) return [];
    throw error;
  }
}

async function using<T>(path: string, flags: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function writeDraft(draft: string, bytes: Uint8Array): Promise<void> {
  await using(draft, "wx", async (file) => {
    await file.writeFile(bytes);
    await file.sync();
  });
}

/** Moves a file; copies it where the draft lies on another disk. */
async function moveTo(draft: string, path: string): Promise<void> {
  try {
    await rename(path, draft);
  } catch (error) {
    if (!isCoded(error, "EXDEV")) throw error;
    await copyFile(path, draft);
  }
  await using(draft, "r+", (file) => file.sync());
}

/**
 * Gives a draft its name, whatever has taken the place of the file or of its folder. The folders are synchronised too: without that a name may
 * be lost with the power.
 */
async function settle(draft: string, path: string): Promise<void> {
  const folder = dirname(path);
  if ((await aboutPath(folder))?.isDirectory() === false) await rm(folder);
  if ((await aboutPath(path))?.isDirectory() === true) await rm(path, { recursive: true });
  const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
  await rename(draft, path);
  await using(folder, "r", (entry) => entry.sync());
  if (isNew) await using(dirname(folder), "r", (entry) => entry.sync());
}
