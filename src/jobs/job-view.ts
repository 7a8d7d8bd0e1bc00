import type { z } from "zod";
import { type Checkpoint, type Job, type JobEvent, isFinal } from "./contract.ts";
import type * as responses from "./response.ts";
import type { Client } from "../clients/client.ts";
import { seesOwners } from "./dataset-view.ts";
import { problem } from "../problems/problems.ts";

/** Times are kept in milliseconds, and told in seconds. */
const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
const secondsOrNull = (milliseconds: number | null): number | null => (milliseconds === null ? null : seconds(milliseconds));

/** A job as clients see it: its own members, and beside them the settings of its training. */
export function viewOfJob(job: Job): responses.JobView {
  const { id, status, created_at, started_at, finished_at, steps, pause_at, progress, error, result, tags, datasets, webhook } = job;
  const own = {
    id,
    object: "training.job" as const,
    status,
    created_at: seconds(created_at),
    started_at: secondsOrNull(started_at),
    finished_at: secondsOrNull(finished_at),
    step: progress?.step ?? 0,
    steps,
    pause_at,
    epoch: progress?.epoch ?? 0,
    // Nothing is left to wait for, wherever the training has stopped.
    progress: (progress && isFinal(status) ? { ...progress, remaining_seconds: 0 } : progress) as responses.JobView["progress"],
    error: error && { ...error },
    result: result as responses.JobView["result"],
    tags: [...tags],
    datasets: [...datasets],
    webhook: webhook && { url: shownAddress(webhook.url) },
  };
  return { ...own, ...job.summary, ...own };
}

/** A job as a client sees it: whose it is only an admin is told. */
export const viewFor =
  (client: Client) =>
  (job: Job): responses.JobView =>
    seesOwners(client) ? { ...viewOfJob(job), owner: job.client } : viewOfJob(job);

/** An event as clients see it, in pages, streams and webhooks alike. */
export function viewOfEvent({ id, type, created_at, message, data }: JobEvent): responses.JobEventView {
  const own = { id, object: "training.job.event" as const, type, created_at: seconds(created_at), message };
  return { ...own, ...data, ...own };
}

/** A webhook's address without what may be secret of it, which is everything but the host: paths and queries hold tokens. */
export function shownAddress(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === "/" && search === "" ? `${origin}/` : `${origin}/…`;
}

export const checkpointName = ({ step }: { readonly step: number }): string => `step_${step}`;

export function viewOfCheckpoint(checkpoint: Checkpoint): responses.JobCheckpoint {
  const { step, epoch, metrics, bytes, best, final, created_at } = checkpoint;
  return {
    id: checkpointName(checkpoint),
    object: "training.job.checkpoint",
    created_at: seconds(created_at),
    step,
    epoch,
    metrics: { ...metrics } as responses.JobCheckpoint["metrics"],
    bytes,
    best,
    final,
  };
}

/** What became of a job. Throws Problem job_conflict while it is not over. */
export function viewOfResult(job: Job): z.output<typeof responses.JobResult> {
  const { id, status, created_at, started_at, finished_at, result, error } = job;
  if (!isFinal(status) || finished_at === null) {
    throw problem("job_conflict", `Job ${id} is ${status}: there is a result when it is over`);
  }
  const own = {
    job_id: id,
    object: "training.job.result" as const,
    status,
    created_at: seconds(created_at),
    started_at: secondsOrNull(started_at),
    finished_at: seconds(finished_at),
    error: error && { ...error },
  };
  return { ...own, ...result, ...own };
}

/** A page as clients see it. */
export const viewOfPage = <T, View>(
  { data, has_more }: { readonly data: readonly T[]; readonly has_more: boolean },
  view: (item: T) => View,
) => ({
  object: "list" as const,
  data: data.map(view),
  has_more,
});
