// How a convolution's scratch memory is divided. Both sides read this file: the kernel, and ../conv-plan.ts, which sees to it that all fits.

/** Bytes of the tables at its start: a tile, starts of windows, and a gathered panel with its places. */
export const tableBytes = 10_240;
/** Filters beyond those that are packed: panels are padded to whole tiles. */
export const spareFilters = 8;

/** Bytes before the box: the tables, what each filter starts with, where each tap lies, and the packed filters. */
export function boxOffset(filters: i32, inner: i32, size: i32): i32 {
  return tableBytes + (filters + spareFilters) * (inner * size + 8) + 4 * inner;
}
