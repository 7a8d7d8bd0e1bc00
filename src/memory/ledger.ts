/** What is counted: pages of this many bytes, so that a word reaches 8 TiB. */
const pageBytes = 4096;

/** Words before those of the places: how many pages there are, how often somebody was refused, how often pages came back, who waits. */
const TOTAL = 0;
const REFUSED = 1;
const RETURNED = 2;
const WAITING = 3;
const firstPlace = 4;

/** The words of a ledger, in memory that all threads see. */
export type LedgerWords = Int32Array<SharedArrayBuffer>;

/** The place of the event loop. Each further thread that holds memory has one of its own. */
export const eventLoop = 0;

/** Places that together may take no more than so many bytes. */
export interface Allotment {
  readonly first: number;
  readonly end: number;
  readonly bytes: number;
}

/** How long a thread waits for memory that others hold, in milliseconds, and with how many others at the most. */
export interface Patience {
  readonly ms: number;
  readonly most: number;
}

/** Whoever waits asks this often, in milliseconds, whether it is still wanted. */
const lookEvery = 50;

const pagesOf = (bytes: number): number => Math.ceil(bytes / pageBytes);

/**
 * The memory of the process that is shared out as it is asked for, in one account per place:
 *
 *      total │ … │ event loop │ worker 0 │ worker 1 │ … │ trainer 0 │ …
 *
 * Whoever takes adds to its own word, then looks at the sum of all. It is no lock: two that look at the same moment may both be refused
 * what one of them could have had, but never do both get it. A thread that has ended leaves nothing behind but its word, which is cleared.
 */
export class Ledger {
  readonly words: LedgerWords;

  /** Over the words that another thread hands on. */
  constructor(words: LedgerWords) {
    this.words = words;
  }

  /** `bytes` to be shared out among so many places. */
  static of(bytes: number, places: number): Ledger {
    const words = new Int32Array(new SharedArrayBuffer((firstPlace + places) * Int32Array.BYTES_PER_ELEMENT));
    words[TOTAL] = Math.min(Math.floor(bytes / pageBytes), 2 ** 31 - 1);
    return new Ledger(words);
  }

  /** Bytes that there are. */
  get total(): number {
    return this.words[TOTAL] * pageBytes;
  }

  /** Bytes that are taken. */
  get used(): number {
    return this.#taken() * pageBytes;
  }

  /** How often bytes could not be had, so far. */
  get refused(): number {
    return Atomics.load(this.words, REFUSED);
  }

  /** Bytes that a place holds. */
  usedBy(place: number): number {
    return Atomics.load(this.words, firstPlace + place) * pageBytes;
  }

  /** Takes bytes, rounded up to pages, for a place; false, and nothing taken, where they are not free, or its room has no more. */
  take(place: number, bytes: number, room?: Allotment): boolean {
    const pages = pagesOf(bytes);
    // Beyond what a word holds, a sum would wrap around.
    if (pages > this.words[TOTAL]) return false;
    Atomics.add(this.words, firstPlace + place, pages);
    const fits = this.#taken() <= this.words[TOTAL];
    if (fits && (room === undefined || this.#taken(room.first, room.end) <= pagesOf(room.bytes))) return true;
    Atomics.sub(this.words, firstPlace + place, pages);
    return false;
  }

  /** Gives back what was taken as so many bytes. */
  give(place: number, bytes: number): void {
    Atomics.sub(this.words, firstPlace + place, pagesOf(bytes));
    this.#announce();
  }

  /**
   * Takes bytes when they are free, for which this thread waits up to so many milliseconds and as long as `isWanted`; false where they are
   * not, or where `most` others wait already.
   */
  await(place: number, bytes: number, { ms, most }: Patience, isWanted: () => boolean, room?: Allotment): boolean {
    const { words } = this;
    const end = performance.now() + ms;
    try {
      if (Atomics.add(words, WAITING, 1) >= most) return false;
      for (;;) {
        const returned = Atomics.load(words, RETURNED);
        if (this.take(place, bytes, room)) return true;
        const left = end - performance.now();
        if (left <= 0 || !isWanted()) return false;
        Atomics.wait(words, RETURNED, returned, Math.min(left, lookEvery));
      }
    } finally {
      Atomics.sub(words, WAITING, 1);
    }
  }

  /** Counts bytes that a place has in any case, whether they are free or not. */
  count(place: number, bytes: number): void {
    Atomics.add(this.words, firstPlace + place, pagesOf(bytes));
  }

  /** What one place took is another's from now on: an answer that a worker made and the event loop sends. */
  move(from: number, to: number, bytes: number): void {
    const pages = pagesOf(bytes);
    Atomics.add(this.words, firstPlace + to, pages);
    Atomics.sub(this.words, firstPlace + from, pages);
  }

  /** Whatever a place held is free: its thread has ended. */
  clear(place: number): void {
    Atomics.store(this.words, firstPlace + place, 0);
    this.#announce();
  }

  /** Counts a refusal, for those who watch the service. */
  countRefusal(): void {
    Atomics.add(this.words, REFUSED, 1);
  }

  #announce(): void {
    Atomics.add(this.words, RETURNED, 1);
    Atomics.notify(this.words, RETURNED);
  }

  #taken(first = 0, end = this.words.length - firstPlace): number {
    let pages = 0;
    for (let word = firstPlace + first; word < firstPlace + end; word++) pages += Atomics.load(this.words, word);
    return pages;
  }
}
