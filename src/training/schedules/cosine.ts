import { count, floor } from "./arguments.ts";
import { byCurve, schemasOf } from "./define.ts";
import { halfCosine } from "./interpolation.ts";

export const CosineAnnealingLR = byCurve(
  schemasOf(
    "CosineAnnealingLR",
    "The rate falls to its floor along half a period of the cosine, and rises again after that.",
    { T_max: count("Advances until the floor", 50), eta_min: floor },
    { T_max: 50 },
  ),
  (source, lr) => (n) => halfCosine(lr, source.eta_min, n / source.T_max),
);

export const CosineAnnealingWarmRestarts = byCurve(
  schemasOf(
    "CosineAnnealingWarmRestarts",
    "The rate falls to its floor along half a period of the cosine, and begins anew.",
    {
      T_0: count("Advances until the first new beginning", 10),
      T_mult: count("What the length of the next fall is multiplied by", 2).default(1),
      eta_min: floor,
    },
    { T_0: 10, T_mult: 2 },
  ),
  (source, lr) => (n) => halfCosine(lr, source.eta_min, sinceRestart(n, source.T_0, source.T_mult)),
);

/** The share that is gone of the period at hand, when each is `growth` times as long as the one before. */
function sinceRestart(n: number, first: number, growth: number): number {
  if (growth === 1) return (n % first) / first;
  let length = first;
  let gone = n;
  while (gone >= length) {
    gone -= length;
    length *= growth;
  }
  return gone / length;
}
