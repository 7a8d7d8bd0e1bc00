import { collectGarbage } from "./garbage.ts";
import { Ledger, type Patience, type Allotment } from "./ledger.ts";

/** What is taken from the ledger beyond a thread's own share comes in pieces of this many bytes, so that small amounts seldom ask. */
const piece = 2 ** 20;

/** Memory that was asked for is not to be had. */
export class OutOfMemoryBudget extends Error {
  override readonly name = "OutOfMemoryBudget";
  /** Bytes that the task under way would hold with what it asked for. */
  readonly bytes: number;
  /** Bytes that it could have at the most. */
  readonly total: number;
  /** Whether it is more than could ever be free; else it is only not free now. */
  readonly isForEver: boolean;

  constructor(bytes: number, total: number, isForEver: boolean) {
    super(`${bytes} bytes of memory are ${isForEver ? "more than there are" : "not free now"}, of ${total}`);
    this.bytes = bytes;
    this.total = total;
    this.isForEver = isForEver;
  }
}

/** How a thread stands in the budget of the process. */
export interface AccountTerms {
  readonly ledger: Ledger;
  /** The thread's place in the ledger. */
  readonly place: number;
  /** What the thread and others may take of it, if not all. */
  readonly room?: Allotment;
  /** Bytes of the thread's own, which the ledger does not count: tasks that take no more are never refused. */
  readonly share: number;
  /** Bytes of JavaScript objects that one task may make, beside what the thread itself needs. */
  readonly heapBytes: number;
  /** A thread that holds nothing of the ledger, or is not in others' way, waits so long for what is not free now. */
  readonly patience: Patience & { readonly evenHolding: boolean };
  /** Frees what finished tasks have left behind: called before what they took from the ledger is given back. */
  readonly tidy: () => void;
}

const unbounded: AccountTerms = {
  ledger: Ledger.of(0, 1),
  place: 0,
  share: Number.POSITIVE_INFINITY,
  heapBytes: Number.POSITIVE_INFINITY,
  patience: { ms: 0, most: 0, evenHolding: false },
  tidy: () => undefined,
};

/**
 * What one thread holds of the process's memory. Ask before you take: `charge` for what goes with the task under way, at the latest with the
 * end of its scope (`within`, which src/tasks/perform.ts opens for every task); `hold` for what stays until `release`. All of them are a sum
 * and a comparison as long as the thread's own share suffices.
 *
 * What a task has given back is garbage until it is collected, and counts as long: the engine is told to collect when it has become much, and
 * at the end of a task that took from the ledger.
 *
 * An estimate that is too high refuses what would have fitted, one that is too low may end the process: when in doubt, count what the worst
 * case takes, and `discharge` the difference once it is known.
 */
export class Account {
  readonly #terms: AccountTerms;
  /** Bytes of the task under way; of JavaScript objects among them; what it gave back and is not free yet; of what stays. */
  #charged = 0;
  #heap = 0;
  #garbage = 0;
  #held = 0;
  /** Bytes taken from the ledger. */
  #granted = 0;
  /** Scopes that are open. */
  #depth = 0;
  #isWanted: () => boolean = always;

  constructor(terms: AccountTerms) {
    this.#terms = terms;
  }

  /** Bytes that the task under way has taken. */
  get charged(): number {
    return this.#charged;
  }

  /** Bytes of JavaScript objects that the task under way may still make. */
  get heapFree(): number {
    return this.#terms.heapBytes - this.#heap;
  }

  /** Takes bytes for the task under way. Throws OutOfMemoryBudget. */
  charge(bytes: number): void {
    if (this.#missing(bytes) > 0) this.#take(bytes);
    this.#charged += bytes;
  }

  /** The same for JavaScript objects: lists, strings, what JSON is parsed into. A thread's heap has a limit of its own, too. */
  chargeHeap(bytes: number): void {
    const heap = this.#heap + bytes;
    if (heap > this.#terms.heapBytes) throw this.#refusal(heap, this.#terms.heapBytes, true);
    this.charge(bytes);
    this.#heap = heap;
  }

  /** Gives back bytes of the task under way before it ends: nothing refers to them any more, or they were not needed. */
  discharge(bytes: number): void {
    this.#charged -= bytes;
    this.#garbage += bytes;
  }

  /** The same for JavaScript objects. */
  dischargeHeap(bytes: number): void {
    this.#heap -= bytes;
    this.discharge(bytes);
  }

  /**
   * Does work, a task or a part of one, and gives back all that was charged in it, whichever way it ends. A task whose result nobody wants
   * any more need not wait for memory.
   */
  within<T>(work: () => T, isWanted = this.#isWanted): T {
    const charged = this.#charged;
    const heap = this.#heap;
    const wasWanted = this.#isWanted;
    this.#isWanted = isWanted;
    this.#depth++;
    try {
      return work();
    } finally {
      this.#isWanted = wasWanted;
      this.discharge(this.#charged - charged);
      this.#heap = heap;
      if (--this.#depth === 0) this.#end();
    }
  }

  /** Takes bytes that stay beyond the task. Throws OutOfMemoryBudget. */
  hold(bytes: number): void {
    if (this.#missing(bytes) > 0) this.#take(bytes);
    this.#held += bytes;
  }

  /** Gives back bytes that were held, and are free. */
  release(bytes: number): void {
    this.#held -= bytes;
    if (this.#depth === 0) this.#settle();
  }

  /** Counts bytes that the event loop takes over with the next message: of what was charged in a task, an answer outlives it. */
  handOver(bytes: number): void {
    this.#terms.ledger.count(this.#terms.place, bytes);
  }

  /** Bytes that `bytes` more would need from the ledger. */
  #missing(bytes: number): number {
    return this.#charged + this.#garbage + this.#held + bytes - this.#terms.share - this.#granted;
  }

  #take(bytes: number): void {
    const { ledger, place, share, patience, room } = this.#terms;
    if (2 * this.#garbage > share + this.#granted) this.#collect();
    const wanted = Math.max(0, Math.ceil(this.#missing(bytes) / piece) * piece);
    if (ledger.take(place, wanted, room)) {
      this.#granted += wanted;
      return;
    }
    if (this.#garbage > 0) {
      this.#collect();
      this.#take(bytes);
      return;
    }
    // What is held may be released; the rest of the task is as large as it is.
    const most = Math.min(ledger.total, room?.bytes ?? ledger.total);
    const isForEver = this.#charged + bytes - share > most;
    // Two that hold something, and wait for what the other one holds, would wait for ever.
    const mayWait = !isForEver && (this.#granted === 0 || patience.evenHolding);
    if (!mayWait || !ledger.await(place, wanted, patience, this.#isWanted, room)) {
      throw this.#refusal(this.#charged + bytes, share + most, isForEver);
    }
    this.#granted += wanted;
  }

  #refusal(bytes: number, total: number, isForEver: boolean): OutOfMemoryBudget {
    this.#terms.ledger.countRefusal();
    return new OutOfMemoryBudget(bytes, total, isForEver);
  }

  #collect(): void {
    collectGarbage();
    this.#garbage = 0;
  }

  /** After a task. Little garbage is left to the engine, which sees to it that the thread's own share suffices. */
  #end(): void {
    if (this.#granted > 0) this.#terms.tidy();
    this.#garbage = 0;
    this.#settle();
  }

  #settle(): void {
    if (this.#granted === 0) return;
    const needed = Math.max(0, this.#granted + Math.ceil(this.#missing(0) / piece) * piece);
    if (needed >= this.#granted) return;
    this.#terms.ledger.give(this.#terms.place, this.#granted - needed);
    this.#granted = needed;
  }
}

const always = (): boolean => true;

let current = new Account(unbounded);

/** This thread's account: one without a bound until `openAccount`. */
export const account = (): Account => current;

/** Puts this thread's account on the terms of the process; unless told, on none. */
export function openAccount(terms: AccountTerms = unbounded): void {
  current = new Account(terms);
}
