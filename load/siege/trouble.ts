import { execFileSync } from "node:child_process";
import { appendFileSync, closeSync, globSync, mkdirSync, openSync, readSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../test/support/random.ts";

/** Flips a bit of the youngest of the large blobs, which is part of a checkpoint: the submissions are smaller. */
export function damageNewest(folder: string, random: Random): void {
  const blobs = globSync(join(folder, "blobs", "[0-9a-f][0-9a-f]", "*")).map((path) => ({ path, ...sizeAndAge(path) }));
  const [newest] = blobs.filter(({ size }) => size > largestSubmission).toSorted((a, b) => b.age - a.age);
  if (newest === undefined) return;
  const file = openSync(newest.path, "r+");
  const byte = Buffer.alloc(1);
  const at = Math.floor(random.uniform(0, newest.size));
  readSync(file, byte, 0, 1, at);
  byte[0] ^= 1;
  writeSync(file, byte, 0, 1, at);
  closeSync(file);
}

const largestSubmission = 10_000;

function sizeAndAge(path: string): { size: number; age: number } {
  const { size, mtimeMs } = statSync(path);
  return { size, age: mtimeMs };
}

/** A disk of a few megabytes. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Takes all the room that is left; the next time, gives it back. */
  readonly fillOrFree: () => void;
}

/** Mounts a small disk; null where that is not allowed. */
export function smallDisk(path: string): SmallDisk | null {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return null;
  }
  const filler = join(path, "filler");
  let isFull = false;
  return {
    path,
    fillOrFree: () => {
      isFull = !isFull;
      if (!isFull) return rmSync(filler, { force: true });
      const { bavail, bsize } = statfsSync(path);
      appendFileSync(filler, Buffer.alloc(bavail * bsize));
    },
    [Symbol.dispose]: () => void execFileSync("umount", ["--lazy", path]),
  };
}
