import type { Watchers } from "./parts.ts";

/** Who watches which job in this process. */
export class WatchList implements Watchers {
  readonly #watching = new Map<string, Set<() => void>>();

  async announce(): Promise<void> {}

  changed(id: string): void {
    // Not within the call that changed the job: it does not fail when a watcher does.
    for (const onChange of this.#watching.get(id) ?? []) queueMicrotask(onChange);
  }

  watch(id: string, onChange: () => void): () => void {
    // A function of its own, since the same one may watch twice.
    const watcher = () => onChange();
    const watchers = this.#watching.get(id) ?? new Set();
    this.#watching.set(id, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watching.get(id) === watchers) this.#watching.delete(id);
    };
  }

  /** The jobs that are watched. */
  ids(): string[] {
    return [...this.#watching.keys()];
  }
}
