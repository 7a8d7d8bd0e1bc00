import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../clients/client.ts";
import { unknownGraph } from "../program/compiler.ts";
import { everyone, folderOfOwner, graphPath, Registry } from "../program/registry.ts";
import { Problem, problem } from "../problems/problems.ts";
import type { GraphShare, GraphStore } from "./contract.ts";

/** What a worker tells of a graph that it has registered. */
interface NewGraph {
  readonly id: string;
  readonly bytes: number;
  readonly isNew: boolean;
}

export interface GraphCaps {
  /** What one client may keep that is not told otherwise. */
  readonly ofClient: GraphShare;
  /** What all may keep together. */
  readonly ofAll: GraphShare;
}

const manyGraphs: GraphShare = { graphs: 100_000, bytes: 10 * 2 ** 30 };
export const defaultGraphCaps: GraphCaps = { ofClient: { graphs: 1_000, bytes: 2 ** 30 }, ofAll: manyGraphs };

/**
 * Beyond its share an owner loses what has not been used for longest, and some more, so that this is not done for each new graph. Of a
 * share of a few graphs nothing more goes: who may keep two keeps two.
 */
const spareShare = 0.9;

/** What an owner's folder holds. */
interface Holding {
  graphs: number;
  bytes: number;
}

/**
 * Looks after the files of registered graphs, which the workers write and read: what is kept of each owner has a bound, beyond which the
 * least recently used go. Where processes share a database and no folder, it keeps the truth, and the files are copies.
 */
export class RegisteredGraphs {
  readonly #folder: string;
  readonly #caps: GraphCaps;
  readonly #store: GraphStore | null;
  #holdings: Promise<Map<string, Holding>> | undefined;

  constructor(folder: string, { store = null, caps = defaultGraphCaps }: { store?: GraphStore | null; caps?: GraphCaps } = {}) {
    this.#folder = folder;
    this.#store = store;
    this.#caps = caps;
  }

  /** Whether other processes may have registered graphs that this one has no files of. */
  get isShared(): boolean {
    return this.#store !== null;
  }

  /** A worker of this process has registered a graph. Throws Problem quota_exceeded, storage_unavailable. */
  async added(client: Client, graph: NewGraph): Promise<void> {
    const share = this.#shareOf(client);
    const path = graphPath(this.#folder, client.name, graph.id);
    if (share.graphs < 1 || graph.bytes > share.bytes) {
      await rm(path, { force: true });
      throw problem(
        "quota_exceeded",
        `The graph has ${graph.bytes} bytes; this client may keep ${share.graphs} graphs of ${share.bytes} bytes in all.`,
      );
    }
    if (this.#store !== null) await this.#store.put(client.name, graph.id, await readFile(path, "utf8"), share);
    if (!graph.isNew) return;
    const owned = folderOfOwner(this.#folder, client.name);
    const isCounted = this.#holdings === undefined;
    const holdings = await (this.#holdings ??= this.#count());
    // A count that was begun just now sees it.
    if (!isCounted) {
      const own = holdings.get(owned) ?? { graphs: 0, bytes: 0 };
      holdings.set(owned, { graphs: own.graphs + 1, bytes: own.bytes + graph.bytes });
    }
    await this.#trim(holdings, owned, share);
    await this.#trimAll(holdings);
  }

  /** Makes sure that this process has the files of those graphs that the client may use, and no others of its. Throws Problem storage_unavailable. */
  async fetch({ name }: Client, ids: Iterable<string>): Promise<void> {
    if (this.#store === null) return;
    const registry = new Registry(this.#folder);
    registry.serve(name);
    for (const id of ids) {
      try {
        const kept = await this.#store.use(name, id);
        if (kept === null) await rm(graphPath(this.#folder, name, id), { force: true });
        else if (!registry.isSound(id)) await this.#write(kept.owner, id);
      } catch (error) {
        // What is here was right a moment ago.
        if (!(error instanceof Problem && error.status === 503 && registry.has(id))) throw error;
      }
    }
  }

  /** Forgets a client's graph; one that belongs to everyone only an admin may forget. Throws Problem unknown_graph, forbidden. */
  async delete({ name, role }: Client, id: string): Promise<void> {
    if (await this.#forget(name, id)) return;
    if (role === "admin" && (await this.#forget(everyone, id))) return;
    const registry = new Registry(this.#folder);
    if (registry.has(id)) throw problem("forbidden", `Graph ${id} belongs to everyone: an admin may delete it.`);
    throw unknownGraph(id, "");
  }

  async #forget(owner: string, id: string): Promise<boolean> {
    const path = graphPath(this.#folder, owner, id);
    const file = await stat(path).catch(() => null);
    const wasKept = this.#store === null ? file !== null : await this.#store.delete(owner, id);
    await rm(path, { force: true });
    const own = (await this.#holdings)?.get(folderOfOwner(this.#folder, owner));
    if (file !== null && own !== undefined) {
      own.graphs--;
      own.bytes -= file.size;
    }
    return wasKept;
  }

  async #write(owner: string, id: string): Promise<void> {
    const text = await this.#store?.read(owner, id);
    const registry = new Registry(this.#folder);
    registry.serve(owner);
    if (typeof text === "string") registry.write(id, text);
  }

  #shareOf({ name, limits }: Client): GraphShare {
    const usual = name === everyone ? this.#caps.ofAll : this.#caps.ofClient;
    return { graphs: limits.graphs ?? usual.graphs, bytes: Math.min(usual.bytes, limits.stored_bytes ?? usual.bytes) };
  }

  async #trimAll(holdings: Map<string, Holding>): Promise<void> {
    const { ofAll } = this.#caps;
    for (;;) {
      const all = [...holdings.values()].reduce(sum, { graphs: 0, bytes: 0 });
      if (all.graphs <= ofAll.graphs && all.bytes <= ofAll.bytes) return;
      // Whoever has most has them taken.
      const [folder, most] = [...holdings].reduce((a, b) => (b[1].bytes > a[1].bytes ? b : a));
      await this.#trim(holdings, folder, { graphs: most.graphs - 1, bytes: most.bytes - 1 });
    }
  }

  /** Removes what has not been used for longest where a folder holds more than its share. */
  async #trim(holdings: Map<string, Holding>, folder: string, share: GraphShare): Promise<void> {
    const holding = holdings.get(folder);
    if (holding === undefined || (holding.graphs <= share.graphs && holding.bytes <= share.bytes)) return;
    const files = (await filesIn(folder)).toSorted((a, b) => b.usedAt - a.usedAt);
    const left = { graphs: 0, bytes: 0 };
    for (const [at, { path, bytes }] of files.entries()) {
      const fits = left.graphs < Math.ceil(share.graphs * spareShare) && left.bytes + bytes <= share.bytes * spareShare;
      // The newest is the one that was registered just now.
      if (at > 0 && !fits) await rm(path, { force: true });
      else {
        left.graphs++;
        left.bytes += bytes;
      }
    }
    holdings.set(folder, left);
  }

  async #count(): Promise<Map<string, Holding>> {
    const owners = await readdir(join(this.#folder, "owners")).catch(() => []);
    const holdings = new Map<string, Holding>();
    for (const folder of [this.#folder, ...owners.map((owner) => join(this.#folder, "owners", owner))]) {
      holdings.set(folder, (await filesIn(folder)).map(({ bytes }) => ({ graphs: 1, bytes })).reduce(sum, { graphs: 0, bytes: 0 }));
    }
    return holdings;
  }
}

const sum = (a: Holding, b: Holding): Holding => ({ graphs: a.graphs + b.graphs, bytes: a.bytes + b.bytes });

async function filesIn(folder: string): Promise<{ readonly path: string; readonly bytes: number; readonly usedAt: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map(async (name) => {
        const path = join(folder, name);
        const file = await stat(path).catch(() => null);
        return file === null ? [] : [{ path, bytes: file.size, usedAt: file.mtimeMs }];
      }),
  );
  return found.flat();
}
