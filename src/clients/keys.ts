import { hash, randomBytes } from "node:crypto";
import { anyone, type Client } from "./client.ts";
import { type KnownKey, readKeys } from "./keys-file.ts";

/** What the service is told of its keys. */
export interface KeysOptions {
  /** Keys in plain text: each is a client of its own. */
  readonly apiKeys?: readonly string[];
  /** A file that lists keys by their digests. */
  readonly file?: string | null;
}

/** What a reading of the file has changed. */
export interface Reloaded {
  readonly isChanged: boolean;
  readonly clients: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Who the keys belong to. Only digests are kept. Where there are neither keys nor a file, nobody is asked for one; a file without entries
 * lets nobody in.
 */
export class Keys {
  readonly #listed: readonly KnownKey[];
  readonly #file: string | null;
  #byDigest: ReadonlyMap<string, Client>;
  #byName: ReadonlyMap<string, Client>;

  /** Throws KeysFault. */
  constructor({ apiKeys = [], file = null }: KeysOptions = {}) {
    this.#listed = apiKeys.map((key) => ({ sha256: hash("sha256", key), client: { name: nameOf(key), role: "user", limits: {} } }));
    this.#file = file;
    ({ byDigest: this.#byDigest, byName: this.#byName } = this.#read());
  }

  /** Whether nobody is asked for a key. */
  get isOpen(): boolean {
    return this.#file === null && this.#listed.length === 0;
  }

  /** How many have keys. */
  get clients(): number {
    return this.#byName.size;
  }

  /** Whose key this is. The digests are looked up and not the keys: the time that it takes says nothing of them. */
  ownerOf(key: string): Client | undefined {
    return this.#byDigest.get(hash("sha256", key));
  }

  /** The client of a name, as long as it has a key. */
  named(name: string): Client | undefined {
    return this.isOpen ? anyone : this.#byName.get(name);
  }

  /** Reads the file anew. Throws KeysFault, and then everything stays as it is. */
  reload(): Reloaded {
    const before = this.#byDigest;
    ({ byDigest: this.#byDigest, byName: this.#byName } = this.#read());
    const added = [...this.#byDigest].filter(([digest]) => !before.has(digest));
    const removed = [...before].filter(([digest]) => !this.#byDigest.has(digest));
    const names = (entries: readonly (readonly [string, Client])[]): string[] => [...new Set(entries.map(([, { name }]) => name))];
    const isChanged = JSON.stringify([...before]) !== JSON.stringify([...this.#byDigest]);
    return { isChanged, clients: this.#byName.size, added: names(added), removed: names(removed) };
  }

  #read() {
    const known = [...this.#listed, ...(this.#file === null ? [] : readKeys(this.#file))];
    return {
      byDigest: new Map(known.map(({ sha256, client }) => [sha256, client])),
      byName: new Map(known.map(({ client }) => [client.name, client])),
    };
  }
}

/** The name of a key that was given none: jobs have been kept under it since before there were names. */
const nameOf = (key: string): string => hash("sha256", `key ${key}`);

/** A new key, and its entry for the file. */
export function newKey(name: string): { readonly key: string; readonly entry: { readonly name: string; readonly sha256: string } } {
  const key = `adj_${randomBytes(24).toString("base64url")}`;
  return { key, entry: { name, sha256: hash("sha256", key) } };
}
