/** What this tab reads of the service's answers; the contract has it all. */
export const jobStatusNames = ["queued", "running", "pausing", "paused", "cancelling", "succeeded", "failed", "cancelled"] as const;
export type JobStatusWord = (typeof jobStatusNames)[number];

export interface JobFacts {
  readonly id: string;
  readonly status: JobStatusWord;
  readonly owner?: string;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly step: number;
  readonly steps: number | null;
  readonly pause_at: number | null;
  readonly epoch: number;
  readonly progress: {
    readonly loss: number | string | null;
    readonly steps_per_second: number;
    readonly remaining_seconds: number | null;
  } | null;
  readonly error: { readonly code: string; readonly message: string; readonly param: string | null } | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly tags: readonly string[];
  readonly optimizer?: { readonly type: string; readonly lr?: number };
  readonly program?: string;
  readonly parameters?: number;
  readonly training_rows?: number;
  readonly batch_size?: number;
  readonly seed?: number;
  readonly continues?: { readonly job_id: string; readonly step: number };
}

export interface JobsPage {
  readonly data: readonly JobFacts[];
  readonly has_more: boolean;
}

/** Something that happened to a job. */
export interface Happening {
  readonly id: number;
  readonly type: string;
  readonly created_at: number;
  readonly message: string;
}

export interface MetricRow {
  readonly step: number;
  readonly [metric: string]: number | string | undefined;
}

export interface MetricsPage {
  readonly data: readonly MetricRow[];
  readonly has_more: boolean;
}

export const isOver = (status: JobStatusWord): boolean => status === "succeeded" || status === "failed" || status === "cancelled";

/** What may be asked of a job as it is. */
export function commandsOf(status: JobStatusWord): ("pause" | "resume" | "cancel" | "continue" | "delete")[] {
  if (isOver(status)) return ["continue", "delete"];
  if (status === "paused") return ["resume", "cancel"];
  if (status === "pausing") return ["resume", "cancel"];
  return status === "cancelling" ? [] : ["pause", "cancel"];
}
