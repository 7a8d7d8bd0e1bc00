import { hash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The owner of what belongs to nobody in particular: what an open service keeps, and what was kept before there were owners. */
export const everyone = "everyone";

/** A file's time says when it was last used, to so many milliseconds. */
const usedWithinMs = 60_000;

/**
 * Registered programs as files named by their ids, so that every thread and process that shares the folder sees the same ones. Each owner
 * has files of its own, so that nothing tells whether another one has registered the same. A thread serves one owner at a time, who sees
 * what is its own and what is everyone's.
 */
export class Registry {
  readonly #folder: string;
  #owner = everyone;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** From now on on behalf of this owner. */
  serve(owner: string): void {
    this.#owner = owner;
  }

  /** The text kept under an id of the form sha256:…; null when there is none. */
  read(id: string): string | null {
    const path = this.#find(id);
    try {
      return path === null ? null : readFileSync(path, "utf8");
    } catch (error) {
      // It went just now.
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Whether there is a text under an id. */
  has(id: string): boolean {
    return this.#find(id) !== null;
  }

  /** Keeps a text under its id; false where it was there. Writing beside and renaming leaves no half-written file behind, whatever happens. */
  write(id: string, text: string): boolean {
    const path = graphPath(this.#folder, this.#owner, id);
    if (isThere(path)) return false;
    mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}.${performance.now()}`;
    writeFileSync(draft, text, { flush: true });
    renameSync(draft, path);
    return true;
  }

  #find(id: string): string | null {
    for (const owner of new Set([this.#owner, everyone])) {
      const path = graphPath(this.#folder, owner, id);
      if (isThere(path)) return path;
    }
    return null;
  }
}

/** The folder of an owner's files: those of everyone lie beside the folders of the others. */
export const folderOfOwner = (folder: string, owner: string): string =>
  owner === everyone ? folder : join(folder, "owners", hash("sha256", owner));

export const graphPath = (folder: string, owner: string, id: string): string =>
  join(folderOfOwner(folder, owner), `${id.slice(id.indexOf(":") + 1)}.json`);

/** Whether a file is there, which is used if so. */
function isThere(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  const now = Date.now();
  try {
    if (found.mtimeMs < now - usedWithinMs) utimesSync(path, now / 1000, now / 1000);
  } catch (error) {
    // A folder that is for reading only, or a file that went just now: it can be read, or cannot.
    if (isMissing(error)) return false;
  }
  return true;
}

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";
