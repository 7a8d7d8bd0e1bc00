/** While a backup of a folder of blobs is made, the service that works in it removes none: a file says so as long as it is young. */
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const name = "held";

/** A hold that is so old, in milliseconds, is one of a process that has ended. */
const heldMs = 60_000;
const renewedMs = 10_000;

/** Has nothing removed from a folder of blobs until it is disposed of. */
export async function holdBlobs(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, name);
  await writeFile(path, "");
  const timer = setInterval(() => void writeFile(path, "").catch(() => undefined), renewedMs);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await rm(path, { force: true });
    },
  };
}

export async function isHeld(folder: string): Promise<boolean> {
  const hold = await stat(join(folder, name)).catch(() => null);
  return hold !== null && hold.mtimeMs > Date.now() - heldMs;
}
