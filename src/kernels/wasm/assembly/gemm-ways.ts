// Ways to compute a product, which ../../matmul.ts chooses by its shape. Both sides read this file.

export const byTiles = 0;
export const byRows = 1;
export const byDots = 2;
