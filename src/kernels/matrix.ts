import type { Data } from "../tensor/dtype.ts";

/** Places in memory along one axis of a matrix, counted in elements. Evenly spaced ones need no table until a plain loop asks for it. */
export class Places {
  readonly count: number;
  /** From a place to the next; null when there is no one step. */
  readonly step: number | null;
  #table: Int32Array | null;

  constructor(count: number, step: number | null, table: Int32Array | null) {
    this.count = count;
    this.step = step;
    this.#table = table;
  }

  get table(): Int32Array {
    return (this.#table ??= tableOf(this.step ?? 0, this.count));
  }
}

/** The places 0, step, 2·step, … */
export const placesBy = (step: number, count: number): Places => new Places(count, step, null);

/** Places without a pattern. */
export const placesIn = (table: Int32Array): Places => new Places(table.length, null, table);

function tableOf(step: number, count: number): Int32Array {
  const table = new Int32Array(count);
  for (let at = 0; at < count; at++) table[at] = at * step;
  return table;
}

/**
 * A matrix spread over a tensor's memory: element (i, j) lies at `offset + rows[i] + columns[j]`. Transposes, batches and the windows of
 * an image are all matrices in this sense, so none of them needs a copy.
 */
export interface Matrix {
  readonly data: Data;
  readonly offset: number;
  readonly rows: Places;
  readonly columns: Places;
  /** From this matrix to the next of a batch; 0, the same matrix again, unless told. */
  readonly next?: number;
}

/** What is done with each sum of products before it is stored. */
export interface Scaling {
  readonly alpha: number;
  readonly beta: number;
  /** Multiplied by beta and added. It may be the very matrix that is written, for an update in place. */
  readonly addend: Matrix;
}

/** The `at`-th matrix of a batch. */
export const matrixAt = (matrix: Matrix, at: number): Matrix =>
  at === 0 ? matrix : { ...matrix, offset: matrix.offset + at * (matrix.next ?? 0) };
