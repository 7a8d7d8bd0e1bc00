import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../jobs/given.ts";

/** What these tests read of a job. */
export interface JobAnswer {
  readonly id: string;
  readonly status: string;
  readonly step: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface EventAnswer {
  readonly id: number;
  readonly type: string;
  readonly created_at: number;
  readonly message: string;
  readonly attempt?: number;
  readonly step?: number;
}

/** All that a job has left behind. */
export interface JobRecord {
  readonly job: JobAnswer;
  readonly events: readonly EventAnswer[];
  /** The history as CSV. */
  readonly metrics: string;
  /** The safetensors file; null where the job has none. */
  readonly weights: Buffer | null;
}

const finalStatuses = ["succeeded", "failed", "cancelled"];

export const isOver = ({ status }: JobAnswer): boolean => finalStatuses.includes(status);

async function read(origin: string, path: string): Promise<Response> {
  const answer = await fetch(origin + path, { headers: { accept: "*/*" } });
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

export const readJob = async (origin: string, id: string): Promise<JobAnswer> =>
  (await (await read(origin, `/v1/jobs/${id}`)).json()) as JobAnswer;

/** Waits until a job is as it should be. Fails at once when it is over and is not. */
export const reaches = (origin: string, id: string, is: (job: JobAnswer) => boolean, patienceMs = 30_000): Promise<JobAnswer> =>
  until(async () => {
    const job = await readJob(origin, id);
    if (is(job)) return job;
    if (isOver(job)) throw new Error(`The job is ${job.status}: ${job.error?.message}`);
    return false;
  }, patienceMs);

/** Posts to a path; the answer's JSON. */
export async function command(origin: string, path: string): Promise<JobAnswer> {
  const answer = await fetch(origin + path, { method: "POST" });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as JobAnswer;
}

export const postJob = (origin: string, request: object, headers: { readonly [name: string]: string } = {}): Promise<Response> =>
  fetch(`${origin}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
  });

/** Posts a job that must be accepted; its id. */
export async function submit(origin: string, request: object): Promise<string> {
  const answer = await postJob(origin, request);
  if (answer.status !== 202) throw new Error(`POST /v1/jobs: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as JobAnswer).id;
}

/**
 * Posts a job as a client does who means to have it trained once, whatever happens: under a key, and again when the answer is that the
 * storage is away, or that the first request is still under way.
 */
export async function insistOn(origin: string, request: object, key: string): Promise<{ id: string; refusals: number }> {
  for (let refusals = 0; ; refusals++) {
    const answer = await postJob(origin, request, { "idempotency-key": key });
    const text = await answer.text();
    // A replay is answered 200 when the job is over.
    if (answer.ok) return { id: (JSON.parse(text) as JobAnswer).id, refusals };
    const mayBeRepeated = answer.status === 503 ? Number(answer.headers.get("retry-after")) > 0 : answer.status === 409;
    if (!mayBeRepeated || refusals > 100) throw new Error(`POST /v1/jobs: ${answer.status} ${text}`);
    await sleep(300);
  }
}

/** Reads all events of a job. */
export async function eventsOf(origin: string, id: string): Promise<EventAnswer[]> {
  const events: EventAnswer[] = [];
  for (let more = true; more;) {
    const page = (await (await read(origin, `/v1/jobs/${id}/events?limit=1000&after=${events.at(-1)?.id ?? 0}`)).json()) as {
      data: EventAnswer[];
      has_more: boolean;
    };
    events.push(...page.data);
    more = page.has_more;
  }
  return events;
}

/** Reads all that a job has left behind. */
export async function recordOf(origin: string, id: string): Promise<JobRecord> {
  const job = await readJob(origin, id);
  const events = await eventsOf(origin, id);
  const metrics = await (await read(origin, `/v1/jobs/${id}/metrics?format=csv`)).text();
  const weights =
    job.status === "succeeded" ? Buffer.from(await (await read(origin, `/v1/jobs/${id}/weights?format=safetensors`)).arrayBuffer()) : null;
  return { job, events, metrics, weights };
}
