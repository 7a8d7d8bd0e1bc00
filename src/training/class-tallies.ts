import type { Decisions } from "./decisions.ts";
import type { Tally } from "./tallies.ts";

export const rateNames = ["f1", "precision", "recall"] as const;
export type RateName = (typeof rateNames)[number];
export const averages = ["binary", "macro", "micro", "weighted"] as const;
type Average = (typeof averages)[number] | "none";

/** Counts that decisions are added to, one number after another. */
function counting(size: number, { each }: Decisions, count: (counts: Float64Array, decided: number, truth: number, label: number) => void) {
  const counts = new Float64Array(size);
  return {
    counts,
    add: (...compared: Parameters<Tally["add"]>): void =>
      each(...compared, (decided, truth, label) => count(counts, decided, truth, label)),
    reset: (): void => void counts.fill(0),
    state: (): number[] => [...counts],
    restore: (state: readonly number[]): void => counts.set(state),
  };
}

/** The share of decisions that are right. */
export function share(decisions: Decisions): Tally {
  const { counts, ...tally } = counting(2, decisions, (sums, decided, truth) => {
    if (decided === truth) sums[0]++;
    sums[1]++;
  });
  return { ...tally, values: (name) => ({ [name]: counts[0] / counts[1] }) };
}

/** How often each class, by rows, was taken for each, by columns; with several labels a table of each. */
export function confusion(decisions: Decisions): Tally {
  const { classes, labels } = decisions;
  const { counts, ...tally } = counting(labels * classes * classes, decisions, (sums, decided, truth, label) => {
    sums[(label * classes + truth) * classes + decided]++;
  });
  const row = (at: number): number[] => Array.from(counts.subarray(at * classes, (at + 1) * classes));
  const tables = (): number[][][] =>
    Array.from({ length: labels }, (_, label) => Array.from({ length: classes }, (__, truth) => row(label * classes + truth)));
  return { ...tally, values: () => ({}), table: () => (labels === 1 ? tables()[0] : tables()) };
}

/** Of a class or a label: how often it was decided for rightly, was decided for, and was true. */
type Counted = readonly [hits: number, decided: number, truth: number];

/** Averages as scikit-learn takes them; where a rate would be 0 / 0 it is 0. */
export function rates(rate: RateName, average: Average, decisions: Decisions): Tally {
  const { classes, labels } = decisions;
  const { counts, ...tally } = counting(3 * labels * classes, decisions, (sums, decided, truth, label) => {
    if (decided === truth) sums[3 * (label * classes + truth)]++;
    sums[3 * (label * classes + decided) + 1]++;
    sums[3 * (label * classes + truth) + 2]++;
  });
  const countedAt = (at: number): Counted => [counts[3 * at], counts[3 * at + 1], counts[3 * at + 2]];
  // Of a label it matters how often it holds.
  const all = (): Counted[] =>
    labels === 1
      ? Array.from({ length: classes }, (_, at) => countedAt(at))
      : Array.from({ length: labels }, (_, at) => countedAt(2 * at + 1));
  const values = (name: string): Record<string, number> => {
    if (average === "none") return Object.fromEntries(all().map((counted, at) => [`${name}_${at}`, rateOf(rate, counted)]));
    return { [name]: averagedRate(rate, average, all(), labels > 1) };
  };
  return { ...tally, values };
}

function rateOf(rate: RateName, [hits, decided, truth]: Counted): number {
  const whole = { precision: decided, recall: truth, f1: (decided + truth) / 2 }[rate];
  return whole === 0 ? 0 : hits / whole;
}

function averagedRate(rate: RateName, average: Exclude<Average, "none">, all: readonly Counted[], ofLabels: boolean): number {
  if (average === "binary") return rateOf(rate, all[1]);
  if (average === "micro") {
    const sums = all.reduce(([a, b, c], [hits, decided, truth]): Counted => [a + hits, b + decided, c + truth], [0, 0, 0]);
    return rateOf(rate, sums);
  }
  // A class that is neither true nor decided for is not there.
  const met = ofLabels ? all : all.filter(([, decided, truth]) => decided + truth > 0);
  const weightOf = ([, , truth]: Counted): number => (average === "weighted" ? truth : 1);
  const weights = met.reduce((sum, counted) => sum + weightOf(counted), 0);
  return weights === 0 ? 0 : met.reduce((sum, counted) => sum + weightOf(counted) * rateOf(rate, counted), 0) / weights;
}
