import { Ledger } from "./ledger.ts";

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
  /** Bytes of the thread's own, which the ledger does not count: tasks that take no more are never refused. */
  readonly share: number;
  /** Bytes of JavaScript objects that one task may make, beside what the thread itself needs. */
  readonly heapBytes: number;
}

const unbounded: AccountTerms = { ledger: Ledger.of(2 ** 42, 1), place: 0, share: 0, heapBytes: Number.POSITIVE_INFINITY };

/**
 * What one thread holds of the process's memory. Ask before you take: `charge` for what goes with the task under way, at the latest with the
 * end of its scope (`within`, which src/tasks/perform.ts opens for every task); `hold` for what stays until `release`. All of them are a sum
 * and a comparison as long as the thread's own share suffices.
 *
 * An estimate that is too high refuses what would have fitted, one that is too low may end the process: when in doubt, count what the worst
 * case takes, and `discharge` the difference once it is known.
 */
export class Account {
  readonly #terms: AccountTerms;
  /** Bytes of the task under way; of JavaScript objects among them; of what stays. */
  #charged = 0;
  #heap = 0;
  #held = 0;
  /** Bytes taken from the ledger. */
  #granted = 0;

  constructor(terms: AccountTerms) {
    this.#terms = terms;
  }

  /** Bytes that the task under way has taken. */
  get charged(): number {
    return this.#charged;
  }

  /** Takes bytes for the task under way. Throws OutOfMemoryBudget. */
  charge(bytes: number): void {
    if (this.#charged + this.#held + bytes > this.#terms.share + this.#granted) this.#take(bytes);
    this.#charged += bytes;
  }

  /** The same for JavaScript objects: lists, strings, what JSON is parsed into. A thread's heap has a limit of its own, too. */
  chargeHeap(bytes: number): void {
    const heap = this.#heap + bytes;
    if (heap > this.#terms.heapBytes) throw this.#refusal(heap, this.#terms.heapBytes, true);
    this.charge(bytes);
    this.#heap = heap;
  }

  /** Gives back bytes of the task under way before it ends. */
  discharge(bytes: number): void {
    this.#charged -= bytes;
    this.#settle();
  }

  /** Gives back bytes of JavaScript objects before the task ends: nothing refers to them any more. */
  dischargeHeap(bytes: number): void {
    this.#heap -= bytes;
    this.discharge(bytes);
  }

  /** Does work, a task or a part of one, and gives back all that was charged in it, whichever way it ends. */
  within<T>(work: () => T): T {
    const charged = this.#charged;
    const heap = this.#heap;
    try {
      return work();
    } finally {
      this.#charged = charged;
      this.#heap = heap;
      this.#settle();
    }
  }

  /** Takes bytes that stay beyond the task. Throws OutOfMemoryBudget. */
  hold(bytes: number): void {
    if (this.#charged + this.#held + bytes > this.#terms.share + this.#granted) this.#take(bytes);
    this.#held += bytes;
  }

  /** Gives back bytes that were held. */
  release(bytes: number): void {
    this.#held -= bytes;
    this.#settle();
  }

  #take(bytes: number): void {
    const { ledger, place, share } = this.#terms;
    const missing = this.#charged + this.#held + bytes - share - this.#granted;
    const wanted = Math.ceil(missing / piece) * piece;
    if (!ledger.take(place, wanted)) {
      // What is held may be released; the rest of the task is as large as it is.
      throw this.#refusal(this.#charged + bytes, share + ledger.total, this.#charged + bytes - share > ledger.total);
    }
    this.#granted += wanted;
  }

  #refusal(bytes: number, total: number, isForEver: boolean): OutOfMemoryBudget {
    this.#terms.ledger.countRefusal();
    return new OutOfMemoryBudget(bytes, total, isForEver);
  }

  #settle(): void {
    if (this.#granted === 0) return;
    const { ledger, place, share } = this.#terms;
    const needed = Math.max(0, Math.ceil((this.#charged + this.#held - share) / piece) * piece);
    if (needed >= this.#granted) return;
    ledger.give(place, this.#granted - needed);
    this.#granted = needed;
  }
}

let current = new Account(unbounded);

/** This thread's account: one without a bound until `openAccount`. */
export const account = (): Account => current;

/** Puts this thread's account on the terms of the process. */
export function openAccount(terms: AccountTerms): void {
  current = new Account(terms);
}
