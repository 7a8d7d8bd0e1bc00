import type { JobStore, MetricsRow } from "../../jobs/contract.ts";

/** Rows that are read at once, and written in one piece. */
const pageSize = 1_000;

/** A job's history behind the step `after` as CSV (RFC 4180). Its columns are all that any row has now; rows that come meanwhile are left out. */
export async function* metricsCsv(jobs: JobStore, id: string, after: number): AsyncGenerator<string> {
  const columns = new Set(["step", "epoch"]);
  let last = after;
  for await (const page of pages(jobs, id, after)) {
    for (const row of page) for (const name of Object.keys(row)) columns.add(name);
    last = page.at(-1)?.step ?? last;
  }
  const names = [...columns];
  yield line(names);
  for await (const page of pages(jobs, id, after)) {
    const known = page.filter(({ step }) => step <= last);
    yield known.map((row) => line(names.map((name) => row[name] ?? ""))).join("");
    if (known.length < page.length) return;
  }
}

async function* pages(jobs: JobStore, id: string, after: number): AsyncGenerator<readonly MetricsRow[]> {
  for (let last = after, isMore = true; isMore;) {
    const { data, has_more } = await jobs.metrics(id, { after: last, limit: pageSize });
    yield data;
    last = data.at(-1)?.step ?? last;
    isMore = has_more;
  }
}

const line = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(",")}\r\n`;

function cell(content: string | number): string {
  const text = String(content);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
