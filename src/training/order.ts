import { uniform } from "../kernels/random.ts";
import type { Data } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Rows } from "./rows.ts";
import type { Setup } from "./setup.ts";

/** Streams of random numbers for the order of rows, one per epoch: far from those of parameters and layers. */
const orderStreams = 2 ** 40;

/** The batches of an epoch: a function of the seed and the epoch's number alone, so that a run goes on from anywhere as if it had not stopped. */
export class Batches {
  readonly #rows: Rows;
  readonly #size: number;
  readonly #names: readonly string[];
  readonly #seed: number | null;
  readonly #order: Int32Array | null;
  #epoch = -1;

  /** `names` are those of the program's data inputs, in its order. */
  constructor({ spec, training, batch }: Setup, names: readonly string[]) {
    this.#rows = training;
    this.#size = batch;
    this.#names = names;
    this.#seed = spec.shuffle && batch < training.count ? spec.seed : null;
    this.#order = this.#seed === null ? null : new Int32Array(training.count);
  }

  /** Rows of batch `index`, counted from 0: all alike but for the last of an epoch. */
  rows(index: number): number {
    return Math.min(this.#size, this.#rows.count - index * this.#size);
  }

  /** Writes batch `index` of epoch `epoch`, both counted from 0, into tensors that have its rows. */
  write(epoch: number, index: number, into: readonly Tensor[]): void {
    const from = index * this.#size;
    const rows = this.rows(index);
    if (this.#order !== null) this.#shuffleFor(epoch, this.#order);
    for (let at = 0; at < into.length; at++) {
      const tensor = this.#tensor(this.#names[at]).data;
      const size = tensor.length / this.#rows.count;
      if (this.#order === null) into[at].data.set(tensor.subarray(from * size, (from + rows) * size));
      else gather(tensor, size, this.#order.subarray(from, from + rows), into[at].data);
    }
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

/** Copies the rows at `places`, each of so many elements. */
function gather(from: Data, size: number, places: Int32Array, to: Data): void {
  for (let row = 0; row < places.length; row++) {
    const first = places[row] * size;
    if (size === 1) to[row] = from[first];
    else to.set(from.subarray(first, first + size), row * size);
  }
}
