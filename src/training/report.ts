/** A row of a run's history: NaN and infinities are written as text. */
export type MetricsRow = { readonly step: number; readonly epoch: number } & { readonly [metric: string]: number | string };

export interface ProgressNumbers {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number | null;
  readonly steps_per_second: number;
  readonly samples_per_second: number;
  readonly remaining_seconds: number | null;
}

/** Why a run cannot go on. */
export interface Failure {
  readonly code: "diverged";
  readonly message: string;
  /** The node, or the parameter, that is to blame. */
  readonly param: string | null;
}

/** A number as JSON can carry it. */
export const written = (number: number): number | string => (Number.isFinite(number) ? number : String(number));

export const writtenAll = (numbers: Readonly<Record<string, number>>): Record<string, number | string> =>
  Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, written(number)]));
