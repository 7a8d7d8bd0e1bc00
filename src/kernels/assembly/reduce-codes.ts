// What the words of a reduction stand for. Both sides read this file: the kernels, and ../reduce.ts.

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

/** Words before the axes: whether the innermost axis is kept, its size, the number of further axes that are kept, and of those reduced. */
export const headerWords = 4;
