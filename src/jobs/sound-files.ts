/** Whether files still are what they were when they were kept: the name of each is the digest of its bytes. */
import { createHash, hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { Problem, problem } from "../problems/problems.ts";
import { translated } from "./faults.ts";

/** Bytes that are read and digested at once: the event loop turns between them. */
const pieceBytes = 2 ** 20;

/** Files that are remembered as sound: what is forgotten is read once more. */
const mostRemembered = 20_000;

/** Errors of a path that leads to no file: something else stands in its place, or it may not be read. */
const noFile = new Set(["EISDIR", "ENOTDIR", "EACCES", "EPERM", "ELOOP"]);

const heal = "Submit, upload or register the same again, and it takes the place of what is damaged.";

/** What is kept under a digest is something else. */
export const damaged = (digest: string): Problem =>
  problem("damaged_content", `The bytes that are kept as sha256:${digest} are not those that were written. ${heal}`);

/** What should be kept under a digest is gone. */
export const missing = (digest: string): Problem =>
  problem("missing_content", `What was kept as sha256:${digest} is gone. Submit, upload or register the same again.`);

/** Whether an error says that something that was kept is damaged or gone, which it stays. */
export const isLost = (error: unknown): error is Problem =>
  error instanceof Problem && (error.code === "damaged_content" || error.code === "missing_content");

/** Hands chunks on, and throws damaged_content behind the last when they are not what the digest promises. */
export async function* proved(chunks: AsyncIterable<Uint8Array>, digest: string): AsyncGenerator<Uint8Array> {
  const sum = createHash("sha256");
  for await (const chunk of chunks) {
    sum.update(chunk);
    yield chunk;
  }
  if (sum.digest("hex") !== digest) throw damaged(digest);
}

/** Reads a file to its end. Throws damaged_content and missing_content. */
async function prove(path: string, digest: string): Promise<void> {
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: pieceBytes });
  await told(digest, async () => {
    for await (const _ of proved(chunks, digest));
  });
}

async function told<T>(digest: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && typeof error.code === "string")) throw error;
    if (error.code === "ENOENT") throw missing(digest);
    throw noFile.has(error.code) ? damaged(digest) : error;
  }
}

/** Remembers which files were found to be sound, and looks again at those that have changed since. */
export class SoundFiles {
  readonly #known = new Map<string, string>();
  readonly #proving = new Map<string, Promise<void>>();

  /** Throws Problem damaged_content and missing_content. Those who ask for the same file at the same time share one reading. */
  require(path: string, digest: string): Promise<void> {
    const underWay = this.#proving.get(path);
    if (underWay !== undefined) return underWay;
    const proving = translated(() => this.#require(path, digest)).finally(() => this.#proving.delete(path));
    this.#proving.set(path, proving);
    return proving;
  }

  /** The bytes of a file, which is read once whatever is known of it. Throws Problem damaged_content and missing_content. */
  read(path: string, digest: string): Promise<Buffer> {
    return translated(async () => {
      const bytes = await told(digest, () => readFile(path));
      if (hash("sha256", bytes) !== digest) throw damaged(digest);
      return bytes;
    });
  }

  async isSound(path: string, digest: string): Promise<boolean> {
    try {
      await this.require(path, digest);
      return true;
    } catch (error) {
      if (isLost(error)) return false;
      throw error;
    }
  }

  /** The file is read again the next time, whatever is known of it: what a disk has changed by itself shows nowhere else. */
  forget(path: string): void {
    this.#known.delete(path);
  }

  /** What was just written, or touched, is as it was. */
  async trust(path: string): Promise<void> {
    const identity = await identityOf(path);
    this.#known.delete(path);
    this.#known.set(path, identity);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= mostRemembered) break;
      this.#known.delete(oldest);
    }
  }

  async #require(path: string, digest: string): Promise<void> {
    const known = this.#known.get(path);
    if (known !== undefined && known === (await told(digest, () => identityOf(path)))) return;
    await prove(path, digest);
    await told(digest, () => this.trust(path));
  }
}

/** What changes when a file is written to or replaced, even where its times are set back. */
async function identityOf(path: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
