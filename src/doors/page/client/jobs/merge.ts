import type { Happening, MetricRow } from "./answers.ts";

/** Events that are shown at the most: the first few, and the last ones. */
const mostFirst = 5;
const mostLast = 100;

/** Events in their order, each once, whichever stream brought it. */
export function withHappening(known: readonly Happening[], event: Happening): readonly Happening[] {
  const last = known.at(-1);
  if (last !== undefined && event.id <= last.id) return known;
  const all = [...known, event];
  return all.length <= mostFirst + mostLast ? all : [...all.slice(0, mostFirst), ...all.slice(-mostLast)];
}

/** Rows in the order of their steps. One that comes again takes the place of those from its step on: the job went on from before them. */
export function withRows(known: readonly MetricRow[], rows: readonly MetricRow[]): readonly MetricRow[] {
  const [first] = rows;
  if (first === undefined) return known;
  const kept = (known.at(-1)?.step ?? 0) < first.step ? known : known.filter(({ step }) => step < first.step);
  return [...kept, ...rows];
}

/** The measures of a history by the charts that they belong to: losses, rates, and shares such as the accuracy. */
export interface Charts {
  readonly losses: readonly string[];
  readonly rates: readonly string[];
  readonly others: readonly string[];
}

export function chartsOf(rows: readonly MetricRow[]): Charts {
  // Measures of epochs stand in the rows in which an epoch ends.
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  names.delete("step");
  names.delete("epoch");
  const all = [...names].sort((a, b) => (a < b ? -1 : 1));
  const isLoss = (name: string): boolean => name === "loss" || name.endsWith("_loss");
  const isRate = (name: string): boolean => name === "lr";
  return { losses: all.filter(isLoss), rates: all.filter(isRate), others: all.filter((name) => !isLoss(name) && !isRate(name)) };
}
