/** Keeps the most recently used entries whose sizes add up to at most `capacity`. Reading an entry makes it the youngest. */
export class Cache<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly size: number }>();
  readonly #capacity: number;
  #size = 0;

  /** `capacity` has the unit of the sizes given to `set`, bytes by custom. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** An entry larger than the whole capacity is not kept. */
  set(key: string, value: V, size: number): void {
    this.delete(key);
    if (size > this.#capacity) return;
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#capacity) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
  }
}
