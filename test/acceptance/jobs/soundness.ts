import type { EventAnswer, JobRecord } from "./client.ts";

/** What the record of a job that is over shows to be wrong; empty where it is sound. */
export function faultsOf({ job, events }: JobRecord): string[] {
  return [...numbering(events), ...ending(job.status, events), ...attempts(events)].map((fault) => `${job.id}: ${fault}`);
}

/** What differs from the record of the same job that nothing disturbed. */
export function differences(disturbed: JobRecord, plain: JobRecord): string[] {
  const { job, metrics, weights } = disturbed;
  const faults: string[] = [];
  if (job.status !== plain.job.status) faults.push(`${job.status} (${job.error?.message}) instead of ${plain.job.status}`);
  if (weights === null || plain.weights === null || !weights.equals(plain.weights)) faults.push("other weights");
  // Byte for byte: no row is missing, none is there twice, and the losses are the same.
  if (metrics !== plain.metrics) faults.push("another history");
  return faults.map((fault) => `${job.id}: ${fault}`);
}

function numbering(events: readonly EventAnswer[]): string[] {
  const isCounting = events.every(({ id }, at) => id === at + 1);
  return isCounting ? [] : [`events are numbered ${events.map(({ id }) => id).join()}`];
}

const endings = ["succeeded", "failed", "cancelled"];

function ending(status: string, events: readonly EventAnswer[]): string[] {
  const ends = events.filter(({ type }) => endings.includes(type));
  const isOne = ends.length === 1 && ends[0].type === status && ends[0] === events.at(-1);
  return isOne ? [] : [`is ${status}, and its events end with ${ends.map(({ id, type }) => `${id} ${type}`).join()}`];
}

/**
 * Attempts follow one another: each has the next number and begins where the last checkpoint was, and from there the steps of its
 * checkpoints, and those of its progress, only rise. Two that worked at the same time would mix theirs.
 */
function attempts(events: readonly EventAnswer[]): string[] {
  const faults: string[] = [];
  let attempt = 0;
  let kept = 0;
  let told = 0;
  for (const { id, type, message, attempt: next, step = 0 } of events) {
    if (next !== undefined) {
      if (next !== attempt + 1) faults.push(`attempt ${next} follows attempt ${attempt}`);
      if (step !== kept) faults.push(`attempt ${next} goes on after step ${step}, and step ${kept} was kept`);
      attempt = next;
      told = kept;
    } else if (type === "checkpoint_damaged") {
      // It is passed over for one before it, if there is one.
      kept = Number(/goes on after step (\d+)/.exec(message)?.[1] ?? 0);
      told = kept;
    } else if (type === "checkpoint") {
      if (step <= kept) faults.push(`event ${id} keeps step ${step} after step ${kept}`);
      kept = step;
    } else if (type === "progress") {
      if (step <= told) faults.push(`event ${id} tells of step ${step} after step ${told}`);
      told = step;
    }
  }
  return faults;
}

/** How often a job was taken from whoever worked on it. */
export const interruptions = ({ events }: Pick<JobRecord, "events">): number => events.filter(({ type }) => type === "resumed").length;
