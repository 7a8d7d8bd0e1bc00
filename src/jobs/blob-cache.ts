import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { translated } from "./faults.ts";
import { SoundFiles } from "./sound-files.ts";

/** Files used so recently, in milliseconds, stay whatever the limit: somebody may be about to open them. */
const graceMs = 60_000;

/** A file that is used is marked as used this often, in milliseconds: a mark makes others that share the folder read it once more. */
const markMs = 15_000;

/** Drafts so old, in milliseconds, are those of processes that have ended. */
const draftMs = 3_600_000;

/** Files fetched from elsewhere and kept for the next time, up to so many bytes together; the least recently used go first. */
export class BlobCache {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #sound = new SoundFiles();
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /**
   * The path of a file, which `fetch` writes when it is not there or is damaged. Those who ask for the same file at the same time share one
   * fetch.
   */
  path(digest: string, fetch: (draft: string) => Promise<void>): Promise<string> {
    const fetching = this.#fetching.get(digest);
    if (fetching !== undefined) return fetching;
    const path = translated(() => this.#find(digest, fetch)).finally(() => this.#fetching.delete(digest));
    this.#fetching.set(digest, path);
    return path;
  }

  async #find(digest: string, fetch: (draft: string) => Promise<void>): Promise<string> {
    const folder = join(this.#folder, digest.slice(0, 2));
    const path = join(folder, digest.slice(2));
    if (await this.#sound.isSound(path, digest)) {
      await this.#mark(path);
      return path;
    }
    await rm(path, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const draft = join(this.#folder, `draft-${randomUUID()}`);
    try {
      await fetch(draft);
      await rename(draft, path);
      await this.#sound.trust(path);
    } finally {
      await rm(draft, { force: true });
    }
    await this.#makeRoom();
    return path;
  }

  /** Reads a file whatever is known of it, and fetches it anew where it is damaged. */
  async examined(digest: string, fetch: (draft: string) => Promise<void>): Promise<string> {
    this.#sound.forget(join(this.#folder, digest.slice(0, 2), digest.slice(2)));
    return this.path(digest, fetch);
  }

  async #mark(path: string): Promise<void> {
    if ((await stat(path)).mtimeMs > Date.now() - markMs) return;
    await utimes(path, new Date(), new Date());
    await this.#sound.trust(path);
  }

  /** Several processes may share the folder: what another one has removed meanwhile is no fault. */
  async #makeRoom(): Promise<void> {
    const now = Date.now();
    const files = [];
    for (const entry of await readdir(this.#folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const about = await stat(path).catch(() => null);
      if (about === null) continue;
      if (!entry.name.startsWith("draft-")) files.push({ path, bytes: about.size, usedAt: about.mtimeMs });
      else if (about.mtimeMs < now - draftMs) await rm(path, { force: true });
    }
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes, usedAt } of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (total <= this.#limitBytes || usedAt > now - graceMs) return;
      await rm(path, { force: true });
      total -= bytes;
    }
  }
}
