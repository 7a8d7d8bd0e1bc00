import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Another process keeps its data in this folder. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/**
 * Takes a folder for this process alone, and answers how to give it back. The operating system lets go of the lock when the process
 * ends, however it ends: it is SQLite's lock on a file, which holds on every system that SQLite runs on. Throws FolderInUse.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const holder = join(folder, "lock.pid");
  const lock = new DatabaseSync(join(folder, "lock"), { timeout: 0 });
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new FolderInUse(
      `The folder ${folder} is in use by process ${pidIn(holder)}. One process at a time may keep its data there: stop that one, or give this one another DATA_DIR.`,
      { cause: error },
    );
  }
  writeFileSync(holder, String(process.pid));
  return () => lock.close();
}

const isBusy = (error: unknown): boolean => error instanceof Error && "errcode" in error && (Number(error.errcode) & 255) === 5;

function pidIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "unknown";
  }
}
