// How a reduction folds and finishes. Both sides read this file: the kernels, and ../reduce.ts.

/** How numbers are folded into one. */
export const sum = 0;
export const product = 1;
export const max = 2;
export const min = 3;
export const squares = 4;
export const magnitudes = 5;
/** The sum of exp(x - greatest). */
export const exponentials = 6;

/** What becomes of what was folded. */
export const nothing = 0;
/** Divided by the number of elements. */
export const mean = 1;
export const root = 2;
export const logarithm = 3;
/** The logarithm, with the greatest element added back. */
export const shiftedLogarithm = 4;
