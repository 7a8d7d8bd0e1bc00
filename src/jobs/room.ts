import { rmSync } from "node:fs";
import { rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../problems/problems.ts";
import { isFull, storageFull } from "./faults.ts";

/** Of a small disk this share is left to the database, of a large one so many bytes. */
const spareShare = 16;
const mostSpare = 16 * 2 ** 20;

/** Of the room that is free at the start content may take this share, unless told. */
const usualShare = 0.8;

/** Whether there is room again is looked up this often, in milliseconds. */
const lookMs = 500;

/** The file that holds room back. */
const reserveName = "reserve";

/** Seconds after which something may have been deleted. */
const retryAfter = 30;

/**
 * The room for what is kept in a folder: content may take so many bytes, and never all that is free. What remains is for the database, so
 * that jobs can be ended and things deleted; some of it is held by a file of its own, which is given up when something else has filled the disk.
 */
export class Room {
  readonly #folder: string;
  readonly #spare: number;
  readonly #limit: number;
  #used: number;
  #hasReserve = false;
  #lookedAt = -Infinity;

  private constructor(folder: string, spare: number, limit: number, used: number) {
    this.#folder = folder;
    this.#spare = spare;
    this.#limit = limit;
    this.#used = used;
  }

  /** The room of a folder in which content takes so many bytes. A limit of 0 is what follows from the disk. */
  static async of(folder: string, limit: number, used: number): Promise<Room> {
    const { bsize, blocks } = await statfs(folder);
    const spare = Math.min(mostSpare, Math.floor((bsize * blocks) / spareShare));
    const free = await freeBytes(folder);
    const room = new Room(folder, spare, limit === 0 ? used + Math.floor(usualShare * free) : limit, used);
    // A database takes some room when it is opened.
    if (free < spare) await room.#giveUp();
    else await room.restore();
    return room;
  }

  /** Takes room for content. Throws Problem storage_full, storage_limit. */
  async take(bytes: number): Promise<void> {
    if ((await freeBytes(this.#folder)) < bytes + this.#spare) throw storageFull();
    if (this.#used + bytes > this.#limit) throw beyondLimit(bytes, this.#used, this.#limit);
    this.#used += bytes;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }

  /** Whether what is left is only for ending and deleting. */
  async isTaken(): Promise<boolean> {
    if (this.#hasReserve) return (await freeBytes(this.#folder)) < this.#spare;
    if (performance.now() - this.#lookedAt > lookMs) await this.restore();
    return !this.#hasReserve;
  }

  /** Gives up what is held back for what needs it now, and holds back again what that leaves. null: there was nothing. */
  async lend<T>(work: () => Promise<T>): Promise<T | null> {
    const held = await stat(this.#reserve).catch(() => null);
    if (held === null) return null;
    await this.#giveUp();
    try {
      return await work();
    } finally {
      await this.#hold(Math.min(this.#spare, await freeBytes(this.#folder)));
    }
  }

  async #giveUp(): Promise<void> {
    this.#hasReserve = false;
    await rm(this.#reserve, { force: true });
  }

  /** Holds room back again, where there is enough. */
  async restore(): Promise<void> {
    this.#lookedAt = performance.now();
    const held = await stat(this.#reserve).catch(() => null);
    if (held?.size === this.#spare) this.#hasReserve = true;
    else if ((await freeBytes(this.#folder)) >= 3 * this.#spare) await this.#hold(this.#spare);
  }

  async #hold(bytes: number): Promise<void> {
    try {
      await writeFile(this.#reserve, Buffer.alloc(bytes, 1));
      this.#hasReserve = bytes === this.#spare;
    } catch (error) {
      // Something else was faster.
      if (!isFull(error)) throw error;
    }
  }

  get #reserve(): string {
    return join(this.#folder, reserveName);
  }
}

/** Gives up what is held back in a folder, before anything else can be done there. */
export const giveUpReserve = (folder: string): void => rmSync(join(folder, reserveName), { force: true });

async function freeBytes(folder: string): Promise<number> {
  const { bsize, bavail } = await statfs(folder);
  return bsize * bavail;
}

export const beyondLimit = (bytes: number, used: number, limit: number): Problem =>
  new Problem(
    "storage_limit",
    `${used} bytes are kept in all, ${bytes} more would come, and MAX_STORAGE_BYTES allows ${limit}: jobs or datasets must be deleted first.`,
    [],
    retryAfter,
  );
