/** As much of NumPy as students use: matrices as lists of rows, written apart from the service's kernels. */
export type Matrix = number[][];

export const map = (a: Matrix, f: (x: number, i: number, j: number) => number): Matrix => a.map((row, i) => row.map((x, j) => f(x, i, j)));
export const add = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x + b[i][j]);
export const sub = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x - b[i][j]);
export const mul = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x * b[i][j]);
export const scale = (a: Matrix, k: number): Matrix => map(a, (x) => x * k);
export const T = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
export const dot = (a: Matrix, b: Matrix): Matrix => {
  const columns = T(b);
  return a.map((row) => columns.map((column) => row.reduce((sum, x, k) => sum + x * column[k], 0)));
};
/** a + b for a row vector b. */
export const addRow = (a: Matrix, b: readonly number[]): Matrix => map(a, (x, _, j) => x + b[j]);
export const mulRow = (a: Matrix, b: readonly number[]): Matrix => map(a, (x, _, j) => x * b[j]);
export const sumRows = (a: Matrix): number[] => a[0].map((_, j) => a.reduce((sum, row) => sum + row[j], 0));
export const sumAll = (a: Matrix): number => a.flat().reduce((sum, x) => sum + x, 0);
export const squares = (a: Matrix): number => sumAll(mul(a, a));
export const zeros = (a: Matrix): Matrix => map(a, () => 0);

export const softmax = (a: Matrix, naive = false): Matrix =>
  a.map((row) => {
    const top = naive ? 0 : Math.max(...row);
    const e = row.map((x) => Math.exp(x - top));
    const total = e.reduce((sum, x) => sum + x, 0);
    return e.map((x) => x / total);
  });

/** Rounds every number to single precision, as a student's float32 code does at the end. */
export const rounded = <T>(tensor: T): T =>
  (Array.isArray(tensor) ? tensor.map(rounded) : typeof tensor === "number" ? Math.fround(tensor) : tensor) as T;
