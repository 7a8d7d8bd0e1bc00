import type { Tensor } from "../tensor/tensor.ts";

/** Adds batches up to what is measured. */
export interface Tally {
  add(output: Tensor, target: Tensor): void;
  /** The numbers that go by a name, or by names that begin with it. */
  values(name: string): Record<string, number>;
  /** What is no number. */
  table?(): readonly unknown[];
  reset(): void;
  /** What was added so far, and the same again: a run goes on in the middle of an epoch. */
  state(): number[];
  restore(state: readonly number[]): void;
}

/** The mean of a function of the difference, over all elements. */
export function averaged(of: (difference: number) => number, finish: (mean: number) => number): Tally {
  let sum = 0;
  let all = 0;
  return {
    add: ({ data }, target) => {
      for (let at = 0; at < data.length; at++) sum += of(data[at] - target.data[at]);
      all += data.length;
    },
    values: (name) => ({ [name]: finish(sum / all) }),
    reset: () => void (sum = all = 0),
    state: () => [sum, all],
    restore: (state) => void ([sum, all] = state),
  };
}

/**
 * 1 less the squared errors over the squared distances from the mean, averaged over columns; by Welford's sums, which lose no digits. A column
 * that is constant counts as in scikit-learn: 1 where it is met exactly, else 0.
 */
export function explained(columns: number): Tally {
  // Per column: the mean of the targets, their squared distances from it, and the squared errors.
  const sums = new Float64Array(3 * columns);
  let rows = 0;
  return {
    add: ({ data }, target) => {
      for (let at = 0; at < data.length; at++) {
        const column = 3 * (at % columns);
        if (column === 0) rows++;
        const distance = target.data[at] - sums[column];
        sums[column] += distance / rows;
        sums[column + 1] += distance * (target.data[at] - sums[column]);
        sums[column + 2] += (target.data[at] - data[at]) ** 2;
      }
    },
    values: (name) => {
      let total = 0;
      for (let column = 0; column < sums.length; column += 3) {
        const [, spread, error] = sums.subarray(column, column + 3);
        total += spread === 0 ? Number(error === 0) : 1 - error / spread;
      }
      return { [name]: total / columns };
    },
    reset: () => {
      rows = 0;
      sums.fill(0);
    },
    state: () => [rows, ...sums],
    restore: ([first, ...others]) => {
      rows = first;
      sums.set(others);
    },
  };
}
