/** A row of a run's history: step, epoch, and numbers by name (loss, lr, val_loss …); NaN and infinities as text. */
export type MetricsRow = { readonly step: number; readonly epoch: number } & { readonly [metric: string]: number | string };

export interface Progress {
  /** Updates made. */
  readonly step: number;
  readonly epoch: number;
  /** That of the last update; null before the first, or where it is not finite. */
  readonly loss: number | null;
  readonly steps_per_second: number;
  readonly samples_per_second: number;
  readonly remaining_seconds: number | null;
}

/** Why a run cannot go on. */
export interface Divergence {
  readonly code: "diverged";
  readonly message: string;
  /** The node, or the parameter, that is to blame. */
  readonly param: string | null;
}

/** A number as JSON can carry it. */
export const written = (number: number): number | string => (Number.isFinite(number) ? number : String(number));

export const writtenAll = (numbers: Readonly<Record<string, number>>): Record<string, number | string> =>
  Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, written(number)]));
