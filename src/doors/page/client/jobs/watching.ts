import { signal } from "@preact/signals";
import { call, events } from "../shell/api.ts";
import { latest } from "../shell/latest.ts";
import { type Happening, isOver, type JobFacts, type MetricRow, type MetricsPage } from "./answers.ts";
import { withHappening, withRows } from "./merge.ts";

/** A job as it is followed: what is known of it grows with its stream of events. */
export function watch(id: string) {
  const path = `/v1/jobs/${encodeURIComponent(id)}`;
  const job = signal<JobFacts | null>(null);
  const happenings = signal<readonly Happening[]>([]);
  const rows = signal<readonly MetricRow[]>([]);
  const problem = signal<unknown>(null);
  const isLive = signal(false);
  const ended = new AbortController();
  const isOpen = (): boolean => !ended.signal.aborted;

  /** Reads the job and the rows that have come, one request after the other, however fast events come. */
  const read = latest(async () => {
    try {
      const found = await call<JobFacts>(path, { signal: ended.signal });
      if (isOpen()) job.value = found;
      for (let page: MetricsPage | null = null; page === null || page.has_more;) {
        const after: number = rows.peek().at(-1)?.step ?? 0;
        page = await call<MetricsPage>(`${path}/metrics?after=${after}&limit=2000`, { signal: ended.signal });
        if (isOpen()) rows.value = withRows(rows.peek(), page.data);
      }
      problem.value = null;
    } catch (error) {
      if (isOpen()) problem.value = error;
    }
  });

  const follow = async (): Promise<void> => {
    isLive.value = true;
    try {
      const stream = events(`${path}/events`, { signal: ended.signal, isLast: ({ type }) => isEndOfJob(type) });
      for await (const { data } of stream) {
        if (!isOpen()) return;
        const event = JSON.parse(data) as Happening;
        happenings.value = withHappening(happenings.peek(), event);
        // What was written beyond the checkpoint that a job goes on from is written again.
        if (event.type === "resumed") rows.value = [];
        read(null);
      }
    } catch (error) {
      if (isOpen()) problem.value = error;
    }
    if (isOpen()) isLive.value = false;
  };
  const begin = (): void => {
    read(null);
    void follow();
  };
  return { job, happenings, rows, problem, isLive, begin, read: () => read(null), close: () => ended.abort() };
}

const isEndOfJob = (type: string): boolean => type === "succeeded" || type === "failed" || type === "cancelled";
export type Watched = ReturnType<typeof watch>;
export const isEnded = ({ job }: Watched): boolean => job.value !== null && isOver(job.value.status);
