import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { translated } from "./faults.ts";

/** Files used so recently, in milliseconds, stay whatever the limit: somebody may be about to open them. */
const graceMs = 60_000;

/** Drafts so old, in milliseconds, are those of processes that have ended. */
const draftMs = 3_600_000;

/** Files fetched from elsewhere and kept for the next time, up to so many bytes together; the least recently used go first. */
export class BlobCache {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /** The path of a file, which `fetch` writes when it is not there. Those who ask for the same file at the same time share one fetch. */
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
    if (await touch(path)) return path;
    await mkdir(folder, { recursive: true });
    const draft = join(this.#folder, `draft-${randomUUID()}`);
    try {
      await fetch(draft);
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
    await this.#makeRoom();
    return path;
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

/** Marks a file as used; false when there is none. */
async function touch(path: string): Promise<boolean> {
  try {
    await utimes(path, new Date(), new Date());
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
