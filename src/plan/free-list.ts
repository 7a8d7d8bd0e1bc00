/** Memory from 0 up, handed out in pieces: the smallest free piece that is large enough, else new memory at the end. */
export class FreeList {
  readonly #sizes = new Map<number, number>();
  readonly #startOf = new Map<number, number>();
  /** Free pieces by size; the sizes that occur, in order. */
  readonly #bySize = new Map<number, number[]>();
  #order: number[] = [];
  #end = 0;

  /** How far memory was ever handed out. */
  get size(): number {
    return this.#end;
  }

  take(bytes: number): number {
    const size = this.#order[this.#position(bytes)];
    if (size === undefined) return this.#extend(bytes);
    const start = this.#pick(size);
    this.#forget(start, size);
    if (size > bytes) this.#add(start + bytes, size - bytes);
    return start;
  }

  give(start: number, bytes: number): void {
    let from = start;
    let size = bytes;
    const before = this.#startOf.get(from);
    if (before !== undefined) {
      this.#forget(before, from - before);
      size += from - before;
      from = before;
    }
    const after = this.#sizes.get(start + bytes);
    if (after !== undefined) {
      this.#forget(start + bytes, after);
      size += after;
    }
    this.#add(from, size);
  }

  /** New memory, together with a free piece at the end. */
  #extend(bytes: number): number {
    const start = this.#startOf.get(this.#end) ?? this.#end;
    if (start < this.#end) this.#forget(start, this.#end - start);
    this.#end = start + bytes;
    return start;
  }

  #add(start: number, size: number): void {
    this.#sizes.set(start, size);
    this.#startOf.set(start + size, start);
    const pieces = this.#bySize.get(size);
    if (pieces !== undefined) pieces.push(start);
    else {
      this.#bySize.set(size, [start]);
      this.#order.splice(this.#position(size), 0, size);
    }
  }

  /** A free piece of a size that occurs: the one that was freed last, whose memory is likeliest to be at hand. */
  #pick(size: number): number {
    const pieces = this.#bySize.get(size) ?? [];
    return pieces[pieces.length - 1];
  }

  #forget(start: number, size: number): void {
    this.#sizes.delete(start);
    this.#startOf.delete(start + size);
    const pieces = this.#bySize.get(size) ?? [];
    const at = pieces.lastIndexOf(start);
    pieces[at] = pieces[pieces.length - 1];
    pieces.pop();
    if (pieces.length > 0) return;
    this.#bySize.delete(size);
    this.#order.splice(this.#position(size), 1);
  }

  /** Where the first size that is at least `bytes` stands in the order. */
  #position(bytes: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order[middle] < bytes) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
