/** A backup of a folder, made beside the service that works in it or without one, as one file; and a folder made of a backup. */
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { glob, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { type ArchivedFile, DamagedArchive, packed, unpacked } from "./archive.ts";
import { holdBlobs } from "./hold.ts";
import { lockFolder } from "./folder-lock.ts";
import { missing, proved } from "./sound-files.ts";
import { Problem } from "../problems/problems.ts";
import { namedBlobs } from "./named-content.ts";
import { databaseName, openSqlite } from "./sqlite.ts";

/** What a backup may hold, beside the database: blobs by their digests, and registered graphs. */
const blobName = /^blobs\/([0-9a-f]{2})\/([0-9a-f]{62})$/;
const graphName = /^graphs\/(?:owners\/[0-9a-f]{64}\/)?([0-9a-f]{64})\.json$/;

/** Why there can be no backup, or none restored, in a sentence. */
export class BackupRefused extends Error {
  override readonly name = "BackupRefused";
}

export interface BackedUp {
  readonly files: number;
  readonly bytes: number;
}

/** Writes a backup of a folder. All that its database names is in it. Throws BackupRefused, and Problem where something is damaged or gone. */
export async function backUp(folder: string, target: string): Promise<BackedUp> {
  if (!existsSync(join(folder, databaseName)))
    throw new BackupRefused(`There is no ${databaseName} in ${folder}: DATA_DIR names the folder to back up.`);
  if (existsSync(target)) throw new BackupRefused(`There is a file ${target} already.`);
  const copy = `${target}.${randomUUID()}.sqlite`;
  const draft = `${target}.${randomUUID()}.draft`;
  await mkdir(join(folder, "blobs"), { recursive: true });
  await using _hold = await holdBlobs(join(folder, "blobs"));
  try {
    copyDatabase(join(folder, databaseName), copy);
    let files = 0;
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<ArchivedFile> {
      for await (const file of filesOf(folder, copy)) {
        files += 1;
        yield file;
      }
    };
    await pipeline(
      packed(counted()),
      async function* (chunks) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(draft, { flush: true, mode: 0o600 }),
    );
    await rename(draft, target);
    return { files, bytes };
  } finally {
    for (const path of [draft, copy, `${copy}-wal`, `${copy}-shm`]) await rm(path, { force: true });
  }
}

/** As it is at one moment, whatever is written meanwhile. */
function copyDatabase(path: string, copy: string): void {
  using database = new DatabaseSync(path, { timeout: 30_000 });
  database.prepare("vacuum into ?").run(copy);
}

/** The database last: a folder that holds one was restored to its end. */
async function* filesOf(folder: string, copy: string): AsyncGenerator<ArchivedFile> {
  const kysely = openSqlite(copy);
  try {
    const seen = new Set<string>();
    for await (const { digest } of namedBlobs(kysely)) {
      if (seen.has(digest)) continue;
      seen.add(digest);
      const name = `blobs/${digest.slice(0, 2)}/${digest.slice(2)}`;
      const path = join(folder, name);
      if (!existsSync(path)) throw missing(digest);
      yield { name, path, check: (chunks) => proved(chunks, digest) };
    }
  } finally {
    await kysely.destroy();
  }
  for await (const path of glob(join(folder, "graphs", "**", "*.json"))) {
    const name = relative(folder, path);
    const digest = graphName.exec(name)?.[1];
    if (digest !== undefined) yield { name, path, check: (chunks) => proved(chunks, digest) };
  }
  yield { name: databaseName, path: copy };
}

/** Makes a folder of a backup. What is damaged in it is refused, and nothing is left of it. Throws BackupRefused and DamagedArchive. */
export async function restore(source: string, folder: string): Promise<BackedUp> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new BackupRefused(`The folder ${folder} is not empty: a backup is restored to a new one.`);
  const unlock = lockFolder(folder);
  let isWhole = false;
  let files = 0;
  let bytes = 0;
  try {
    for await (const { name, chunks } of unpacked(createReadStream(source, { highWaterMark: 2 ** 20 }))) {
      const digest = digestIn(name);
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of digest === null ? chunks : proved(chunks, digest)) {
          bytes += chunk.length;
          yield chunk;
        }
      };
      await pipeline(counted(), createWriteStream(`${path}.draft`, { flush: true, mode: 0o600 }));
      await rename(`${path}.draft`, path);
      files += 1;
      if (name === databaseName) {
        await synced(folder);
        isWhole = true;
        return { files, bytes };
      }
    }
    throw new DamagedArchive("The backup has no database.");
  } catch (error) {
    if (!(error instanceof Problem && error.code === "damaged_content")) throw error;
    throw new DamagedArchive("The backup is damaged: it holds a file that is not what was written. Take another one.");
  } finally {
    unlock();
    // It was empty, and another backup may be restored to it.
    if (!isWhole) for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The digest that a file's name promises; null for the database. Throws DamagedArchive for what no backup holds. */
function digestIn(name: string): string | null {
  if (name === databaseName) return null;
  const blob = blobName.exec(name);
  const digest = blob === null ? graphName.exec(name)?.[1] : `${blob[1]}${blob[2]}`;
  if (digest === undefined) throw new DamagedArchive(`This is no backup: it holds a file ${JSON.stringify(name)}.`);
  return digest;
}

async function synced(folder: string): Promise<void> {
  const entry = await open(folder);
  await entry.sync();
  await entry.close();
}
