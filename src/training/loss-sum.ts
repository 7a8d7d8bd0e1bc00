import { averaged } from "../ops/reduction/merges.ts";
import { resultOf, type RowSums } from "../program/row-sums.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { written } from "./report.ts";

/** Adds up the loss of parts of the rows. */
export class LossSum {
  readonly #made: RowSums | null;
  #rows = 0;
  #sums: Tensor[] = [];

  /** See `LossParts.sums`. */
  constructor(made: RowSums | null) {
    this.#made = made;
  }

  /** Takes what a part of so many rows has given for the values that `LossParts.of` names. */
  add(values: readonly Tensor[], rows: number): void {
    this.#rows += rows;
    if (this.#sums.length === 0) {
      this.#sums = values.map((tensor) => ({ ...tensor, data: Float64Array.from(tensor.data) }));
      return;
    }
    this.#sums.forEach(({ data }, at) => {
      const merge = this.#made?.sums[at].merge ?? averaged;
      for (let place = 0; place < data.length; place++) {
        data[place] = merge(data[place], values[at].data[place], rows / this.#rows);
      }
    });
  }

  /** NaN where nothing was added. */
  value(): number {
    if (this.#sums.length === 0) return Number.NaN;
    const isSum = this.#made === null || this.#made.finale.length === 0;
    return isSum ? this.#sums[0].data[0] : resultOf(this.#made, this.#sums).data[0];
  }

  reset(): void {
    this.#rows = 0;
    this.#sums = [];
  }

  state(): SumState {
    return { rows: this.#rows, sums: this.#sums.map(({ dtype, shape, data }) => ({ dtype, shape, data: Array.from(data, written) })) };
  }

  restore({ rows, sums }: SumState): void {
    this.#rows = rows;
    this.#sums = sums.map(({ dtype, shape, data }) => ({ dtype, shape, data: Float64Array.from(data, Number) }));
  }
}

/** What was added up so far, as JSON carries it. */
export interface SumState {
  readonly rows: number;
  readonly sums: readonly (Pick<Tensor, "dtype" | "shape"> & { readonly data: readonly (number | string)[] })[];
}
