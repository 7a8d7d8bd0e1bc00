/** From one number to another along a line. */
export const line = (from: number, to: number, share: number): number => from + (to - from) * share;

/** From `from` to `to` along half a period of the cosine, and back again for shares above 1. */
export const halfCosine = (from: number, to: number, share: number): number => to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
