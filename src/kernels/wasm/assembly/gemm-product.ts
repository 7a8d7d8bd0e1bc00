// The matrix product that is being computed: addresses, and steps in bytes. Each thread's instance of the kernels has its own.

export let inner: i32 = 0;
export let left: usize = 0;
export let leftRow: usize = 0;
export let leftColumn: usize = 0;
export let right: usize = 0;
export let rightRow: usize = 0;
export let rightColumn: usize = 0;
export let out: usize = 0;
export let outRow: usize = 0;
export let outColumn: usize = 0;
/** 0 for none. */
export let addend: usize = 0;
export let addendRow: usize = 0;
export let addendColumn: usize = 0;

export function setLeft(at: usize, row: usize, column: usize, k: i32): void {
  left = at;
  leftRow = row;
  leftColumn = column;
  inner = k;
}

export function setRight(at: usize, row: usize, column: usize): void {
  right = at;
  rightRow = row;
  rightColumn = column;
}

export function setOut(at: usize, row: usize, column: usize): void {
  out = at;
  outRow = row;
  outColumn = column;
}

export function setAddend(at: usize, row: usize, column: usize): void {
  addend = at;
  addendRow = row;
  addendColumn = column;
}

// @inline
export function leftAt(row: i32, column: i32): usize {
  return left + <usize>row * leftRow + <usize>column * leftColumn;
}

// @inline
export function rightAt(row: i32, column: i32): usize {
  return right + <usize>row * rightRow + <usize>column * rightColumn;
}

// @inline
export function outAt(row: i32, column: i32): usize {
  return out + <usize>row * outRow + <usize>column * outColumn;
}

// @inline
export function addendAt(row: i32, column: i32): usize {
  if (addend === 0) return 0;
  return addend + <usize>row * addendRow + <usize>column * addendColumn;
}
