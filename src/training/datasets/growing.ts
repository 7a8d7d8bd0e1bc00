import { account } from "../../memory/account.ts";
import { allocate, bytesPerElement, type Data, type DType } from "../../tensor/dtype.ts";
import { tooLarge } from "./parsed.ts";

/** Elements that are given memory at once. */
const partElements = 2 ** 16;

/** Memory that the growing lists of one dataset share, in bytes. */
export class Budget {
  readonly #most: number;
  #left: number;
  #charged = 0;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Throws body_too_large when there is not so much left. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw tooLarge(this.#most);
  }

  /** Charges what was taken since the last time. Apart from the taking, which happens while a line is read that is charged for itself. */
  charge(): void {
    const taken = this.#most - this.#left;
    if (taken > this.#charged) account().charge(taken - this.#charged);
    this.#charged = taken;
  }
}

/** Numbers whose count is not known in advance. Nothing is copied as they grow. */
export class Growing {
  readonly #dtype: DType;
  readonly #budget: Budget;
  readonly #full: Data[] = [];
  #part: Data;
  #used = 0;

  constructor(dtype: DType, budget: Budget) {
    this.#dtype = dtype;
    this.#budget = budget;
    this.#part = allocate(dtype, 0);
  }

  push(value: number): void {
    if (this.#used === this.#part.length) this.#grow();
    this.#part[this.#used++] = value;
  }

  *parts(): Generator<Data> {
    yield* this.#full;
    yield this.#part.subarray(0, this.#used);
  }

  #grow(): void {
    if (this.#used > 0) this.#full.push(this.#part);
    // Tensors of few rows, of which a file may have many, take little.
    const elements = Math.min(partElements, Math.max(64, 2 * this.#part.length));
    this.#budget.take(elements * bytesPerElement[this.#dtype]);
    this.#part = allocate(this.#dtype, elements);
    this.#used = 0;
  }
}
