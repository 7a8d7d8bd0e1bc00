import { type Job, type JobEvent, isFinal } from "../../jobs/contract.ts";
import type { FeedPage, JobFollower } from "../../jobs/job-feed.ts";
import { viewOfEvent } from "../../jobs/job-view.ts";
import { Problem } from "../../problems/problems.ts";

/** How soon a client comes back after it has lost the stream, in milliseconds. */
const retryMs = 2_000;
/** A comment goes out when nothing has happened for so long, in milliseconds: proxies close connections that are silent. */
const silenceMs = 15_000;
/** So much sooner it may, that not all comments go out at once. */
const spreadMs = 3_000;

/** A client that takes nothing for so long, in milliseconds, is left: it comes back when it reads again. */
const stalledMs = 30_000;

const begin = Buffer.from(`retry: ${retryMs}\n\n`);
const stillHere = Buffer.from(": still here\n\n");

/**
 * A job's events behind the number `after` as server-sent events, those that were and those to come, until the one that ends the job.
 * The next ones are read when the client has taken those before. The stream also ends, for the client to come back to, when the
 * service stops or its storage does not answer.
 */
export async function* eventStream(
  { status }: Pick<Job, "status">,
  after: number,
  follower: Pick<JobFollower<Buffer>, "isOver" | "news" | "page">,
): AsyncGenerator<Buffer> {
  // Of a job that was over before, the last event may be too old to be kept.
  const wasOver = isFinal(status);
  yield begin;
  for (let last = after; !follower.isOver;) {
    const page: FeedPage<Buffer> | null = await follower.page(last).catch(orNone);
    if (page === null) return;
    const { latest, written, hasMore } = page;
    if (latest !== undefined) {
      last = latest.id;
      yield written;
      if (isFinal(latest.type)) return;
    }
    if (wasOver && !hasMore) return;
    if (!hasMore && !(await follower.news(silenceMs - spreadMs * Math.random()))) yield stillHere;
  }
}

/** Nothing more can be read: the storage does not answer, or the job is gone. */
function orNone(error: unknown): null {
  if (error instanceof Problem) return null;
  throw error;
}

/** A page of events as it goes out to all who read it. */
export const writtenEvents = (events: readonly JobEvent[]): Buffer => Buffer.from(events.map(written).join(""));

const written = (event: JobEvent): string => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(viewOfEvent(event))}\n\n`;

/** Hands on what is taken in time; `stalled` is called when a piece is not. */
export async function* taken(pieces: AsyncIterable<Buffer>, stalled: () => void, patienceMs = stalledMs): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    const impatience = setTimeout(stalled, patienceMs);
    try {
      yield piece;
    } finally {
      clearTimeout(impatience);
    }
  }
}
