/** From one number to another along a line. */
export const line = (from: number, to: number, share: number): number => from + (to - from) * share;

/** From `from` to `to` along half a period of the cosine, and back again for shares above 1. */
export function halfCosine(from: number, to: number, share: number): number {
  // (1 + cos πs) / 2 is a square, which is small near its floor without being a difference.
  const root = Math.sin((Math.PI / 2) * (1 - (share - 2 * Math.floor(share / 2))));
  return to + (from - to) * root * root;
}
