/** Between the rows of the tables and what the contract says. */
import type { Checkpoint, Dataset, Job, JobEvent, Json, MetricsRow, NewJob } from "./contract.ts";
import type { CheckpointRow, DatasetRow, EventRow, JobRow } from "./schema.ts";

const parse = <T>(text: string): T => JSON.parse(text) as T;
const parseOrNull = <T>(text: string | null): T | null => (text === null ? null : parse<T>(text));

/** The text that is kept of a value of JSON. */
export const toText = (value: object | Json): string => JSON.stringify(value);

export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    status: row.status,
    attempt: row.attempt,
    submission: row.submission,
    summary: parse(row.summary),
    datasets: parse(row.datasets),
    tags: parse(row.tags),
    webhook: parseOrNull(row.webhook),
    client: row.client,
    steps: row.steps,
    pause_at: row.pause_at,
    traceparent: row.traceparent,
    created_at: row.created_at,
    started_at: row.started_at,
    finished_at: row.finished_at,
    progress: parseOrNull(row.progress),
    result: parseOrNull(row.result),
    error: parseOrNull(row.error),
    last_event: row.last_event,
  };
}

/** The row of a job that waits for its first attempt. */
export function rowOf(job: NewJob, now: number): JobRow {
  return {
    id: job.id,
    status: "queued",
    attempt: 0,
    tries: 0,
    submission: job.submission,
    summary: toText(job.summary),
    datasets: toText(job.datasets),
    tags: toText(job.tags),
    webhook: job.webhook === null ? null : toText(job.webhook),
    client: job.client,
    steps: job.steps,
    pause_at: job.pause_at,
    traceparent: job.traceparent,
    created_at: now,
    queued_at: now,
    due_at: null,
    lost_cause: null,
    started_at: null,
    finished_at: null,
    progress: null,
    result: null,
    error: null,
    last_event: 0,
    dispatch: null,
    last_write: null,
  };
}

export const eventOf = ({ id, type, created_at, message, data }: EventRow): JobEvent => ({
  id,
  type,
  created_at,
  message,
  data: parse(data),
});

export const metricsOf = ({ data }: { readonly data: string }): MetricsRow => parse(data);

export const checkpointOf = ({ job_id: _, metrics, best, final, ...row }: CheckpointRow): Checkpoint => ({
  ...row,
  metrics: parse(metrics),
  best: best === 1,
  final: final === 1,
});

export const datasetOf = ({
  id,
  owner,
  name,
  created_at,
  bytes,
  description,
}: Omit<DatasetRow, "digest"> & { owner: string }): Dataset => ({
  id,
  owner,
  name,
  created_at,
  bytes,
  description: parse(description),
});
