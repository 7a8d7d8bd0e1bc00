import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isFull } from "./faults.ts";

/** Another process keeps its data in this folder. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/** Nothing can be kept in this folder. */
export class FolderUnusable extends Error {
  override readonly name = "FolderUnusable";
}

/**
 * Takes a folder for this process alone, and answers how to give it back. The operating system lets go of the lock when the process
 * ends, however it ends: it is SQLite's lock on a file, which holds on every system that SQLite runs on. Throws FolderInUse and FolderUnusable.
 */
export function lockFolder(folder: string): () => void {
  const holder = join(folder, "lock.pid");
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    lock = new DatabaseSync(join(folder, "lock"), { timeout: 0 });
    lock.exec("begin exclusive");
    writeHolder(holder);
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) throw unusable(folder, error);
    throw new FolderInUse(
      `The folder ${folder} is in use by process ${pidIn(holder)}. One process at a time may keep its data there: stop that one, or give this one another DATA_DIR.`,
      { cause: error },
    );
  }
  return () => lock.close();
}

/** A full disk takes no number, which is no reason not to start. */
function writeHolder(path: string): void {
  try {
    writeFileSync(path, String(process.pid));
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

/** What is to be done about a database that cannot be read. */
export const damagedFolder = (folder: string, reason: string): FolderUnusable =>
  new FolderUnusable(
    `The database in the folder ${folder} is damaged (${reason}). \`adjoint verify\` says what else is; restore a backup to a new folder and start on that.`,
  );

function unusable(folder: string, cause: unknown): FolderUnusable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FolderUnusable(
    `Nothing can be kept in the folder ${folder} (${reason}). DATA_DIR names a folder that this process may make or write to.`,
    { cause },
  );
}

const isBusy = (error: unknown): boolean => error instanceof Error && "errcode" in error && (Number(error.errcode) & 255) === 5;

function pidIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "unknown";
  }
}
