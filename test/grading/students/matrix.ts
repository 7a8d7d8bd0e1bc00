/** As much of NumPy as students use: matrices as lists of rows, written apart from the service's kernels. */
export type Matrix = number[][];

let backwards = false;

/** Runs `work` with every sum taken from the other end, which changes nothing but the rounding. */
export function summedBackwards<T>(work: () => T): T {
  backwards = true;
  try {
    return work();
  } finally {
    backwards = false;
  }
}

const total = (terms: readonly number[]): number => (backwards ? terms.toReversed() : terms).reduce((sum, x) => sum + x, 0);

export const map = (a: Matrix, f: (x: number, i: number, j: number) => number): Matrix => a.map((row, i) => row.map((x, j) => f(x, i, j)));
export const add = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x + b[i][j]);
export const sub = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x - b[i][j]);
export const mul = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x * b[i][j]);
export const scale = (a: Matrix, k: number): Matrix => map(a, (x) => x * k);
export const T = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
export const dot = (a: Matrix, b: Matrix): Matrix => {
  const columns = T(b);
  return a.map((row) => columns.map((column) => total(row.map((x, k) => x * column[k]))));
};
/** a + b for a row vector b. */
export const addRow = (a: Matrix, b: readonly number[]): Matrix => map(a, (x, _, j) => x + b[j]);
export const mulRow = (a: Matrix, b: readonly number[]): Matrix => map(a, (x, _, j) => x * b[j]);
export const sumRows = (a: Matrix): number[] => a[0].map((_, j) => total(a.map((row) => row[j])));
export const sumAll = (a: Matrix): number => total(a.flat());
export const squares = (a: Matrix): number => sumAll(mul(a, a));
export const zeros = (a: Matrix): Matrix => map(a, () => 0);

export const softmax = (a: Matrix, naive = false): Matrix =>
  a.map((row) => {
    const top = naive ? 0 : Math.max(...row);
    const e = row.map((x) => Math.exp(x - top));
    const sum = total(e);
    return e.map((x) => x / sum);
  });

/** Every number of what a student hands in, changed. */
export const everyNumber = (work: unknown, change: (x: number) => unknown): unknown => {
  if (typeof work === "number") return change(work);
  if (Array.isArray(work)) return work.map((each) => everyNumber(each, change));
  return Object.fromEntries(Object.entries(work as object).map(([name, each]) => [name, everyNumber(each, change)]));
};
