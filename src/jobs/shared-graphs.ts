import type { Registry } from "../program/registry.ts";
import type { GraphStore } from "./contract.ts";

/**
 * Registered graphs of processes that share a database and no folder: each keeps files, which its workers read, and what one of them
 * registers goes to the database, from which the others fetch what they lack.
 */
export class SharedGraphs {
  readonly #store: GraphStore;
  readonly #registry: Registry;

  constructor(store: GraphStore, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  /** A worker of this process has registered a graph. Throws Problem storage_unavailable. */
  async publish(id: string): Promise<void> {
    const text = this.#registry.read(id);
    if (text !== null) await this.#store.put(id, text);
  }

  /** Makes sure that this process has the graphs that there are. Throws Problem storage_unavailable. */
  async fetch(ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      if (this.#registry.isSound(id)) continue;
      const text = await this.#store.get(id);
      if (text !== null) this.#registry.write(id, text);
    }
  }
}
