/** What this tab reads of the service's answers; the contract has it all. */
export interface JobAnswer {
  readonly id: string;
  readonly status: string;
  readonly step: number;
  readonly steps: number | null;
  readonly error: { readonly message: string } | null;
}

export interface HistoryRow {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number | string;
  readonly lr?: number;
  readonly [metric: string]: number | string | undefined;
}

export interface HistoryPage {
  readonly data: readonly HistoryRow[];
  readonly has_more: boolean;
}

/** A tensor as nested lists. */
export type Nested = number | string | readonly Nested[];

/** An event of a job. */
export interface JobEventData {
  readonly id: number;
  readonly type: string;
  readonly message: string;
  readonly created_at: number;
  /** Where a job has paused. */
  readonly step?: number;
  readonly error?: { readonly message: string };
}

/** Numbers that are not finite travel as text. */
export const numberOf = (value: unknown): number => (typeof value === "number" ? value : Number(value ?? Number.NaN));

/** The numbers of a matrix, row by row; a vector is a column of rows with one number. */
export const matrixOf = (value: Nested | undefined): number[][] =>
  Array.isArray(value) ? value.map((row: Nested) => (Array.isArray(row) ? row.map(numberOf) : [numberOf(row)])) : [];
