import { useEffect, useRef, useState } from "preact/hooks";
import { shortOf } from "../charts/numbers.ts";
import { call } from "../shell/api.ts";
import { ProblemNote } from "../shell/ProblemNote.tsx";
import { hashOf } from "../shell/address.ts";
import { remember, route } from "../shell/route.ts";
import { texts } from "../shell/settings.ts";
import { isOver, type JobFacts, type JobsPage, jobStatusNames } from "./answers.ts";
import { Tags } from "./Tags.tsx";
import { timeOf } from "./times.ts";

/** Milliseconds after which a list with jobs that are not over is read again. */
const readAgain = 5_000;

interface Filter {
  readonly status: string;
  readonly tag: string;
}

/** The jobs, the newest first, as far as somebody has asked to see. */
export function JobList() {
  const { list: words, title, statuses } = texts.value.jobs;
  const { parameters } = route.value;
  const [filter, setFilter] = useState<Filter>({ status: parameters.get("status") ?? "", tag: parameters.get("tag") ?? "" });
  const [page, setPage] = useState<JobsPage | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const asking = useRef<AbortController | null>(null);

  /** Reads as many jobs as are shown, or a page more. */
  const read = async (from: Filter, more: JobsPage | null): Promise<void> => {
    asking.current?.abort();
    const { signal } = (asking.current = new AbortController());
    const query = new URLSearchParams({ limit: "20" });
    if (from.status !== "") query.set("status", from.status);
    if (from.tag !== "") query.set("tag", from.tag);
    const last = more?.data.at(-1);
    if (last !== undefined) query.set("after", last.id);
    try {
      const found = await call<JobsPage>(`/v1/jobs?${query.toString()}`, { signal });
      setPage(more === null ? found : { data: [...more.data, ...found.data], has_more: found.has_more });
      setProblem(null);
    } catch (error) {
      if (!signal.aborted) setProblem(error);
    }
  };
  useEffect(() => {
    remember("jobs", new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== "")));
    void read(filter, null);
    return () => asking.current?.abort();
  }, [filter]);
  useEffect(() => {
    // What is over stays as it is, and a long list is not read again behind the reader's back.
    if (page === null || page.data.length > 20 || page.data.every(({ status }) => isOver(status))) return undefined;
    const timer = setTimeout(() => {
      if (document.hidden) setPage({ ...page });
      else void read(filter, null);
    }, readAgain);
    return () => clearTimeout(timer);
  }, [page]);

  const hasOwners = page?.data.some(({ owner }) => owner !== undefined) ?? false;
  return (
    <>
      <h1>{title}</h1>
      <form class="row filter" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span class="unseen">{words.status}</span>
          <select value={filter.status} onChange={({ currentTarget }) => setFilter({ ...filter, status: currentTarget.value })}>
            <option value="">{words.any}</option>
            {jobStatusNames.map((name) => (
              <option key={name} value={name}>
                {statuses[name]}
              </option>
            ))}
          </select>
        </label>
        <label class="row">
          {words.tag}
          <input
            type="search"
            maxLength={64}
            value={filter.tag}
            onChange={({ currentTarget }) => setFilter({ ...filter, tag: currentTarget.value.trim() })}
          />
        </label>
        <button type="button" onClick={() => void read(filter, null)}>
          {words.refresh}
        </button>
      </form>
      {problem !== null && <ProblemNote error={problem} />}
      <p class="unseen" role="status">
        {page === null ? "" : words.shown(page.data.length)}
      </p>
      {page !== null && page.data.length === 0 && <p class="quiet">{words.none}</p>}
      {page !== null && page.data.length > 0 && (
        <div class="sheet scroll">
          <table class="jobs">
            <thead>
              <tr>
                <th scope="col">{words.job}</th>
                <th scope="col">{words.status}</th>
                <th scope="col">{words.program}</th>
                <th scope="col">{words.updates}</th>
                <th scope="col">{words.loss}</th>
                <th scope="col">{words.tags}</th>
                {hasOwners && <th scope="col">{words.owner}</th>}
                <th scope="col">{words.made}</th>
              </tr>
            </thead>
            <tbody>
              {page.data.map((job) => (
                <JobRow key={job.id} job={job} hasOwners={hasOwners} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {page?.has_more === true && (
        <p class="actions">
          <button type="button" onClick={() => void read(filter, page)}>
            {words.more}
          </button>
        </p>
      )}
    </>
  );
}

function JobRow({ job, hasOwners }: { readonly job: JobFacts; readonly hasOwners: boolean }) {
  const { statuses } = texts.value.jobs;
  const { id, status, program, step, steps, progress, result, tags, owner, created_at } = job;
  const loss = result?.loss ?? progress?.loss;
  return (
    <tr>
      <th scope="row">
        <a class="mono" href={hashOf({ tab: "jobs", parameters: new URLSearchParams({ job: id }) })}>
          {id}
        </a>
      </th>
      <td>
        <span class={`status ${status}`}>{statuses[status] ?? status}</span>
      </td>
      <td>{program}</td>
      <td class="count">
        {step}
        {steps === null ? "" : ` / ${steps}`}
      </td>
      <td class="count">{loss === undefined || loss === null ? "–" : shortOf(Number(loss))}</td>
      <td class="tags">
        <Tags tags={tags} />
      </td>
      {hasOwners && (
        <td>
          <bdi>{owner}</bdi>
        </td>
      )}
      <td class="time">{timeOf(created_at)}</td>
    </tr>
  );
}
