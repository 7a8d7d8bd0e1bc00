/** Parts and milestones of one schedule, at most. */
export const mostParts = 1000;

/** How many of the milestones lie at `n` or before it. */
export function reached(milestones: readonly number[], n: number): number {
  let count = 0;
  for (const milestone of milestones) if (milestone <= n) count++;
  return count;
}
