import { hash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Problem, problem } from "../problems/problems.ts";

/** The owner of what belongs to nobody in particular: what an open service keeps, and what was kept before there were owners. */
export const everyone = "everyone";

/** A file's time says when it was last used, to so many milliseconds. */
const usedWithinMs = 60_000;

/**
 * Registered programs as files named by their ids, which are the digests of their texts, so that every thread and process that shares the
 * folder sees the same ones. Each owner has files of its own, so that nothing tells whether another one has registered the same. A thread serves one owner at a time, who sees
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

  /** The text kept under an id of the form sha256:…; null when there is none. Throws Problem damaged_content. */
  read(id: string): string | null {
    const path = this.#find(id);
    if (path === null) return null;
    const text = soundText(path, id);
    if (text !== null) return text;
    // It went just now.
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
    throw problem("damaged_content", `What is kept of the graph ${id} is damaged: register the same graph again.`);
  }

  /** Whether there is a text under an id. */
  has(id: string): boolean {
    return this.#find(id) !== null;
  }

  /** Whether there is a text under an id, as it was written. */
  isSound(id: string): boolean {
    const path = this.#find(id);
    return path !== null && soundText(path, id) !== null;
  }

  /**
   * Keeps a text under its id, also in place of a damaged one; false where there was one. Writing beside and renaming leaves no half-written
   * file behind, whatever happens.
   */
  write(id: string, text: string): boolean {
    const path = graphPath(this.#folder, this.#owner, id);
    const wasThere = isThere(path);
    if (wasThere && soundText(path, id) !== null) return false;
    const draft = `${path}.${process.pid}.${performance.now()}`;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(draft, text, { flush: true });
      if (wasThere) rmSync(path, { recursive: true, force: true });
      renameSync(draft, path);
    } catch (error) {
      throw notKept(error);
    } finally {
      // Where it could not be made it need not be removed.
      if (isThere(draft)) rmSync(draft);
    }
    return !wasThere;
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

/** What stands in the place of a file and is none, or may not be read. */
const noFile = new Set(["ENOENT", "EISDIR", "ENOTDIR", "EACCES"]);

/** The text of a file; null when it is not the one that its id promises. */
function soundText(path: string, id: string): string | null {
  try {
    const bytes = readFileSync(path);
    return id === `sha256:${hash("sha256", bytes)}` ? bytes.toString() : null;
  } catch (error) {
    if (error instanceof Error && "code" in error && noFile.has(String(error.code))) return null;
    throw error;
  }
}

/** What it is to a client that a file cannot be written. */
function notKept(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^E(?:NOSPC|DQUOT)$/.test(code)) return new Problem("storage_full", "There is no room left on the disk for the graph", [], 5);
  if (/^E(?:NOENT|EXIST|NOTDIR|ACCES|PERM|ROFS|IO)$/.test(code))
    return new Problem("storage_unavailable", "The folder of registered graphs is gone, or closed to the service", [], 5);
  return error;
}
