/** Reads all that is kept, and says what of it is damaged, missing, or named by nothing. */
import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { sql } from "kysely";
import { storageFault } from "./faults.ts";
import { namedBlobs } from "./named-content.ts";
import { unreferencedBlobs } from "./retention.ts";
import { Database } from "./database.ts";
import { isLost, SoundFiles } from "./sound-files.ts";
import { databaseName, openSqlite } from "./sqlite.ts";

export interface LostContent {
  readonly state: "damaged" | "missing";
  /** As `the weights of job_… at step 1200`. */
  readonly what: string;
  readonly digest: string | null;
}

export interface Verified {
  readonly findings: readonly LostContent[];
  readonly sound: { readonly blobs: number; readonly graphs: number; readonly bytes: number };
  /** Blobs that nothing names: the service removes them within the hour. */
  readonly orphans: { readonly blobs: number; readonly bytes: number };
}

/** Verifies a folder, beside the service that works in it or without one. null: there is nothing kept. */
export async function verifyFolder(folder: string): Promise<Verified | null> {
  const path = join(folder, databaseName);
  if (!existsSync(path)) return null;
  const findings: LostContent[] = [];
  const sound = { blobs: 0, graphs: 0, bytes: 0 };
  const orphans = { blobs: 0, bytes: 0 };
  const files = new SoundFiles();
  const pathOf = (digest: string): string => join(folder, "blobs", digest.slice(0, 2), digest.slice(2));
  const kysely = openSqlite(path);
  const database = new Database(kysely);
  try {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(20)`.execute(kysely);
    for (const { integrity_check: fault } of rows)
      if (fault !== "ok") findings.push({ state: "damaged", what: `the database: ${fault}`, digest: null });
    const known = new Map<string, LostContent["state"] | "sound">();
    for await (const { digest, what } of namedBlobs(kysely)) {
      const state = known.get(digest) ?? (await stateOf(files, pathOf(digest), digest));
      if (!known.has(digest) && state === "sound") {
        sound.blobs += 1;
        sound.bytes += (await stat(pathOf(digest)).catch(() => null))?.size ?? 0;
      }
      // What is gone because its job went, or went on, meanwhile, is missed by nobody.
      if (state !== "sound" && (await unreferencedBlobs(database, [digest])).length === 0) findings.push({ state, what, digest });
      known.set(digest, state);
    }
    for await (const blob of glob(join(folder, "blobs", "[0-9a-f][0-9a-f]", "*"))) {
      const digest = basename(join(blob, "..")) + basename(blob);
      if (known.has(digest) || (await unreferencedBlobs(database, [digest])).length === 0) continue;
      orphans.blobs += 1;
      orphans.bytes += (await stat(blob).catch(() => null))?.size ?? 0;
    }
  } catch (error) {
    const fault = storageFault(error);
    if (fault === null) throw error;
    findings.push({ state: "damaged", what: `the database: ${fault.detail}`, digest: null });
  } finally {
    await kysely.destroy();
  }
  for await (const graph of glob(join(folder, "graphs", "**", "*.json"))) {
    const digest = basename(graph, ".json");
    const text = await readFile(graph).catch(() => null);
    if (text !== null && hash("sha256", text) === digest) {
      sound.graphs += 1;
      sound.bytes += text.length;
    } else if (existsSync(graph)) findings.push({ state: "damaged", what: `the graph sha256:${digest}`, digest });
  }
  return { findings, sound, orphans };
}

async function stateOf(files: SoundFiles, path: string, digest: string): Promise<LostContent["state"] | "sound"> {
  try {
    await files.require(path, digest);
    return "sound";
  } catch (error) {
    if (!isLost(error)) throw error;
    return error.code === "missing_content" ? "missing" : "damaged";
  }
}
