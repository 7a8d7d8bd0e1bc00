/** Something that is kept, and how to let go of it. */
interface Kept {
  size: number;
  readonly forget: () => void;
}

/**
 * What one thread keeps for the next time, of all kinds together: the most recently used whose sizes add up to at most `capacity`. Each
 * kind lies on a `Shelf` of its own.
 */
export class Cache {
  readonly #capacity: number;
  /** The oldest first. */
  readonly #kept = new Set<Kept>();
  #size = 0;

  /** In bytes. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes of all that is kept. */
  get size(): number {
    return this.#size;
  }

  /** Makes something the youngest, with the size that it has now. What is larger than the whole capacity is not kept. */
  touch(kept: Kept, size: number): void {
    this.remove(kept);
    if (size > this.#capacity) {
      kept.forget();
      return;
    }
    kept.size = size;
    this.#kept.add(kept);
    this.#size += size;
    for (const oldest of this.#kept) {
      if (this.#size <= this.#capacity) break;
      this.remove(oldest);
      oldest.forget();
    }
  }

  remove(kept: Kept): void {
    if (this.#kept.delete(kept)) this.#size -= kept.size;
  }
}

interface Slot<V> extends Kept {
  readonly value: V;
}

/** Entries of one kind in a cache, by their keys. */
export class Shelf<V> {
  readonly #cache: Cache;
  readonly #sizeOf: (value: V) => number;
  readonly #slots = new Map<string, Slot<V>>();

  /** `sizeOf` is asked whenever an entry is used: some grow. */
  constructor(cache: Cache, sizeOf: (value: V) => number) {
    this.#cache = cache;
    this.#sizeOf = sizeOf;
  }

  /** Reading an entry makes it the youngest. */
  get(key: string): V | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#cache.touch(slot, this.#sizeOf(slot.value));
    return slot.value;
  }

  set(key: string, value: V): void {
    const before = this.#slots.get(key);
    if (before !== undefined) this.#cache.remove(before);
    const slot: Slot<V> = { value, size: 0, forget: () => void this.#slots.delete(key) };
    this.#slots.set(key, slot);
    this.#cache.touch(slot, this.#sizeOf(value));
  }
}
