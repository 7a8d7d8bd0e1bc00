// How a reduction folds and finishes. Both sides read this file: the kernels, and ../reduce.ts.

/** How numbers are folded into one. */
export const sum = 0;
export const product = 1;
export const max = 2;
export const min = 3;
export const squares = 4;
export const magnitudes = 5;
/** The sum of exp(x - greatest) over what is not the greatest itself. */
export const exponentials = 6;
/** How many are the greatest. */
export const ties = 7;

/** What becomes of what was folded. */
export const nothing = 0;
/** Divided by the number of elements. */
export const mean = 1;
export const root = 2;
export const logarithm = 3;
/** The logarithm of that and the ties, with the greatest element added back. */
export const shiftedLogarithm = 4;
/** The root of the mean. */
export const rootMean = 5;

/** Sums of squares below this have lost digits of squares that vanish, and products that came below it those of subnormal numbers. */
export const leastSound = 1e-290;
/** Sums that overflow are folded anew with numbers scaled by this: 2^-64. */
export const sumScale = 5.421010862427522e-20;
