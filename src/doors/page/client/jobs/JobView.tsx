import { useEffect, useMemo } from "preact/hooks";
import { shortOf } from "../charts/numbers.ts";
import { ProblemNote } from "../shell/ProblemNote.tsx";
import { hashOf } from "../shell/address.ts";
import { remember } from "../shell/route.ts";
import { texts } from "../shell/settings.ts";
import type { JobFacts } from "./answers.ts";
import { Commands } from "./Commands.tsx";
import { Happenings } from "./Happenings.tsx";
import { JobCurves } from "./JobCurves.tsx";
import { JobPicture } from "./JobPicture.tsx";
import { Tags } from "./Tags.tsx";
import { timeOf } from "./times.ts";
import { watch } from "./watching.ts";

/** One job, followed as long as it is looked at. */
export function JobView({ id }: { readonly id: string }) {
  const { jobs: words } = texts.value;
  const watched = useMemo(() => watch(id), [id]);
  useEffect(() => {
    remember("jobs", new URLSearchParams({ job: id }));
    watched.begin();
    return watched.close;
  }, [watched]);
  const job = watched.job.value;
  return (
    <>
      <p class="small">
        <a href="#jobs">← {words.back}</a>
      </p>
      <h1>
        {words.job} <bdi class="mono">{id}</bdi>
      </h1>
      {watched.problem.value !== null && <ProblemNote error={watched.problem.value} />}
      {job !== null && (
        <div class="job">
          <section class="sheet">
            <p class="row">
              <span class={`status ${job.status}`} role="status">
                {words.statuses[job.status] ?? job.status}
              </span>
              {watched.isLive.value && <span class="small quiet live">{words.live}</span>}
            </p>
            {job.steps !== null && <progress max={job.steps} value={job.step} aria-label={words.facts.updates} />}
            {job.error !== null && <Failure error={job.error} />}
            <Facts job={job} />
            <Commands job={job} read={watched.read} />
          </section>
          <JobCurves rows={watched.rows.value} />
          <JobPicture job={job} />
          <Happenings events={watched.happenings.value} />
        </div>
      )}
    </>
  );
}

function Failure({ error }: { readonly error: NonNullable<JobFacts["error"]> }) {
  const { jobs: words } = texts.value;
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{words.failed}</strong>
      </p>
      {error.code === "diverged" && <p>{words.diverged}</p>}
      <p lang="en">{error.message}</p>
      {error.param !== null && error.param !== "" && (
        <p class="small">
          {words.at}: <code>{error.param}</code>
        </p>
      )}
    </div>
  );
}

/** What is known of the job, in numbers and words. */
function Facts({ job }: { readonly job: JobFacts }) {
  const { facts: words } = texts.value.jobs;
  const { progress, result, optimizer, continues } = job;
  const loss = result?.loss ?? progress?.loss;
  const facts: readonly (readonly [name: string, value: string | number | null | undefined])[] = [
    [words.updates, job.steps === null ? job.step : `${job.step} / ${job.steps}`],
    [words.epochs, job.epoch],
    [words.loss, loss === undefined || loss === null ? null : shortOf(Number(loss))],
    [words.speed, job.status === "running" && progress !== null ? shortOf(progress.steps_per_second) : null],
    [words.left, job.status === "running" && progress?.remaining_seconds ? shortOf(progress.remaining_seconds) : null],
    [words.optimizer, optimizer === undefined ? null : `${optimizer.type}${optimizer.lr === undefined ? "" : `, lr ${optimizer.lr}`}`],
    [words.parameters, job.parameters],
    [words.rows, job.training_rows],
    [words.batch, job.batch_size],
    [words.seed, job.seed],
    [words.pauses, job.pause_at],
    [words.owner, job.owner],
    [words.made, timeOf(job.created_at)],
    [words.ended, job.finished_at === null ? null : timeOf(job.finished_at)],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== null &&
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ),
      )}
      {job.tags.length > 0 && (
        <div>
          <dt>{words.tags}</dt>
          <dd>
            <Tags tags={job.tags} />
          </dd>
        </div>
      )}
      {continues !== undefined && (
        <div>
          <dt>{words.continues}</dt>
          <dd>
            <a class="mono" href={hashOf({ tab: "jobs", parameters: new URLSearchParams({ job: continues.job_id }) })}>
              {continues.job_id}
            </a>
          </dd>
        </div>
      )}
    </dl>
  );
}
