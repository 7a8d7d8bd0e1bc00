import { type Job, type JobEvent, type JobStore, isFinal } from "../../jobs/contract.ts";
import { Problem } from "../../problems/problems.ts";
import { viewOfEvent } from "../../jobs/job-view.ts";
import type { JobWatch } from "../../jobs/job-watch.ts";

/** How soon a client comes back after it has lost the stream, in milliseconds. */
const retryMs = 2_000;
/** A comment goes out when nothing has happened for so long, in milliseconds: proxies close connections that are silent. */
const silenceMs = 15_000;
/** Events that are read at once, and written in one piece. */
const pageSize = 200;

/**
 * A job's events behind the number `after` as server-sent events, those that were and those to come, until the one that ends the job.
 * The next ones are read when the client has taken those before. The stream also ends, for the client to come back to, when the
 * service stops or its storage does not answer.
 */
export async function* eventStream(
  jobs: JobStore,
  { id, status }: Job,
  after: number,
  watch: Pick<JobWatch, "isOver" | "news">,
): AsyncGenerator<string> {
  // Of a job that was over before, the last event may be too old to be kept.
  const wasOver = isFinal(status);
  yield `retry: ${retryMs}\n\n`;
  for (let last = after; !watch.isOver;) {
    const page = await jobs.events(id, { after: last, limit: pageSize }).catch(orNone);
    if (page === null) return;
    const latest = page.data.at(-1);
    if (latest !== undefined) {
      last = latest.id;
      yield page.data.map(written).join("");
      if (isFinal(latest.type)) return;
    }
    if (wasOver && !page.has_more) return;
    if (!page.has_more && !(await watch.news(silenceMs))) yield ": still here\n\n";
  }
}

/** Nothing more can be read: the storage does not answer, or the job is gone. */
function orNone(error: unknown): null {
  if (error instanceof Problem) return null;
  throw error;
}

const written = (event: JobEvent): string => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(viewOfEvent(event))}\n\n`;
