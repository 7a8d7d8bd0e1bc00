import { uniform } from "../kernels/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { batchOf, type Rows, type Setup } from "./setup.ts";

/** Streams of random numbers for the order of rows, one per epoch: far from those of parameters and layers. */
const orderStreams = 2 ** 40;

/** The batches of an epoch: a function of the seed and the epoch's number alone, so that a run goes on from anywhere as if it had not stopped. */
export class Batches {
  readonly #rows: Rows;
  readonly #size: number;
  readonly #names: readonly string[];
  readonly #seed: number | null;
  readonly #order: Int32Array | null;
  readonly #gathered = new Map<number, readonly Tensor[]>();
  #epoch = -1;

  /** `names` are those of the program's data inputs, in its order. */
  constructor({ spec, training, batch }: Setup, names: readonly string[]) {
    this.#rows = training;
    this.#size = batch;
    this.#names = names;
    this.#seed = spec.shuffle && batch < training.count ? spec.seed : null;
    this.#order = this.#seed === null ? null : new Int32Array(training.count);
  }

  /** Batch `index` of epoch `epoch`, both counted from 0. The tensors are valid until the next call. */
  at(epoch: number, index: number): readonly Tensor[] {
    const from = index * this.#size;
    const rows = Math.min(this.#size, this.#rows.count - from);
    if (this.#order === null) return this.#slice(from, rows);
    this.#shuffleFor(epoch, this.#order);
    return this.#gather(this.#order.subarray(from, from + rows));
  }

  #slice(from: number, rows: number): readonly Tensor[] {
    return this.#names.map((name) => {
      const { dtype, shape, data } = this.#tensor(name);
      const size = data.length / this.#rows.count;
      return { dtype, shape: [rows, ...shape.slice(1)], data: data.subarray(from * size, (from + rows) * size) };
    });
  }

  #gather(places: Int32Array): readonly Tensor[] {
    let into = this.#gathered.get(places.length);
    if (into === undefined) {
      this.#gathered.set(places.length, (into = this.#names.map((name) => batchOf(this.#tensor(name), places.length))));
    }
    for (let at = 0; at < into.length; at++) {
      const from = this.#tensor(this.#names[at]).data;
      const to = into[at].data;
      const size = from.length / this.#rows.count;
      for (let row = 0; row < places.length; row++) {
        const first = places[row] * size;
        if (size === 1) to[row] = from[first];
        else to.set(from.subarray(first, first + size), row * size);
      }
    }
    return into;
  }

  #tensor(name: string): Tensor {
    const tensor = this.#rows.tensors.get(name);
    if (tensor === undefined) throw new Error(`no data for ${name}`);
    return tensor;
  }

  /** Fisher and Yates' shuffle of all rows. */
  #shuffleFor(epoch: number, order: Int32Array): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    for (let at = 0; at < order.length; at++) order[at] = at;
    for (let at = order.length - 1; at > 0; at--) {
      const other = Math.floor(uniform(this.#seed ?? 0, orderStreams + epoch, at) * (at + 1));
      const row = order[at];
      order[at] = order[other];
      order[other] = row;
    }
  }
}
