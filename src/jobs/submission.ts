import { randomBytes, subtle } from "node:crypto";
import type { Scope } from "../clients/client.ts";
import { Problem, problem, problemAt } from "../problems/problems.ts";
import type { Answer } from "../tasks/perform.ts";
import type { TraceParent } from "../tracing/tracing.ts";
import { planContinuation } from "../training/tasks/continue.ts";
import { planJob, type Planned } from "../training/tasks/submit.ts";
import type { Caller, Workers } from "../workers/pool.ts";
import {
  type IdempotencyKey,
  type IdempotencyStore,
  isFinal,
  type Job,
  type JsonObject,
  type Predecessor,
  type Storage,
} from "./contract.ts";
import { isPassing } from "./faults.ts";
import { mentionedDatasets } from "./mentioned-datasets.ts";
import { idPrefix } from "./mentioned-ids.ts";
import { refusalOf } from "./webhook-addresses.ts";

export type Submitted = { readonly job: Job; readonly isReplay: boolean } | { readonly refusal: Answer };

/** What a client hands in. */
interface HandedIn {
  readonly body: Buffer;
  /** Names the client. */
  readonly client: string;
  /** The client's own name of this request. */
  readonly key?: string | undefined;
  /** On whose behalf it is checked, and until when. */
  readonly caller: Caller;
  /** Whose datasets it may read. */
  readonly scope: Scope;
  /** The span of the request, where spans are collected. */
  readonly traceparent?: TraceParent | undefined;
}

interface Desk {
  readonly pool: Workers;
  readonly storage: Storage;
  /** Whether webhooks may go to addresses of a private network. */
  readonly privateWebhooks: boolean;
}

/** A request after it was checked by a worker, and what the job begins with. */
interface Examined {
  readonly answer: Answer<Planned>;
  readonly from?: Predecessor;
}

/** Has a request checked by a worker, and keeps it as a job; one whose key has come before is the job that it made then. */
export const submitJob = (handedIn: HandedIn, desk: Desk): Promise<Submitted> =>
  keepOnce(handedIn, desk, handedIn.body, async () => {
    const datasets = await mentionedDatasets(handedIn.body, handedIn.scope, desk.storage);
    return { answer: await desk.pool.run(planJob, { datasets }, handedIn.body, handedIn.caller) };
  });

/** The same for a job that goes on where another, which is over, stood. Throws Problem unknown_job, job_conflict. */
export const continueJob = (handedIn: HandedIn, id: string, desk: Desk): Promise<Submitted> =>
  keepOnce(handedIn, desk, Buffer.concat([Buffer.from(`${id}\n`), handedIn.body]), async () => {
    const { jobs, blobs } = desk.storage;
    const job = await jobs.get(id);
    if (!isFinal(job.status)) throw problem("job_conflict", `Job ${id} is ${job.status}: it is continued when it is over`);
    const checkpoint = (await jobs.checkpoints(id)).find(({ state }) => state !== null);
    if (checkpoint === undefined) throw problem("job_conflict", `Job ${id} is ${job.status}, and has kept nothing to go on from`);
    const paths = await Promise.all(job.datasets.map(async (each) => [each, await blobs.localPath(each.slice(idPrefix.length))] as const));
    const files = { assignment: await blobs.localPath(job.submission), datasets: Object.fromEntries(paths) };
    const parameters = { ...files, job_id: id, step: checkpoint.step };
    const answer = await desk.pool.run(planContinuation, parameters, handedIn.body, handedIn.caller);
    return { answer, from: { id, step: checkpoint.step } };
  });

/** `request` tells one request of a key from another. */
async function keepOnce(handedIn: HandedIn, desk: Desk, request: Buffer, examine: () => Promise<Examined>): Promise<Submitted> {
  if (handedIn.key === undefined) return create(handedIn, desk, await examine());
  const key: IdempotencyKey = { scope: handedIn.client, key: handedIn.key };
  const { idempotency, jobs } = desk.storage;
  const begun = await idempotency.begin(key.scope, key.key, await digestOf(request));
  if (begun.state === "done") return { job: await jobs.get(begun.jobId).catch(unlessDeleted(key)), isReplay: true };
  if (begun.state === "in_flight")
    throw problem("idempotency_in_flight", `The first request with the key ${shown(key)} is not answered yet`);
  if (begun.state === "mismatch") throw problem("idempotency_mismatch", `Another request has come with the key ${shown(key)}`);
  let made: Submitted | undefined;
  try {
    return (made = await create(handedIn, desk, await examine(), key));
  } finally {
    // What was refused may be sent again when it is mended, or when the storage answers.
    if (made === undefined || "refusal" in made) await release(idempotency, key);
  }
}

/** A job that was deleted is not made again by a request that may have been on its way since before. */
const unlessDeleted = (key: IdempotencyKey) => (error: unknown) => {
  if (!(error instanceof Problem) || error.code !== "unknown_job") throw error;
  throw problem(
    "idempotency_deleted",
    `The job that the request with the key ${shown(key)} has made was deleted: another job needs another key`,
  );
};

/** Milliseconds between two trials to give a key up while the storage does not answer. Keys that nobody gives up last minutes. */
const releaseAgainMs = 500;

/** More keys than these are not given up so: theirs is the time that any key lasts. */
const mostReleases = 1_000;
let releases = 0;

/** Gives a key up; while the storage does not answer, again and again after the request is answered. */
async function release(idempotency: IdempotencyStore, key: IdempotencyKey): Promise<void> {
  try {
    await idempotency.release(key.scope, key.key);
  } catch (error) {
    if (isPassing(error) && releases < mostReleases) releaseLater(idempotency, key);
  }
}

function releaseLater(idempotency: IdempotencyStore, key: IdempotencyKey): void {
  releases++;
  setTimeout(() => {
    releases--;
    void release(idempotency, key);
  }, releaseAgainMs).unref();
}

async function create(
  { client, traceparent }: HandedIn,
  { storage, privateWebhooks }: Desk,
  { answer, from }: Examined,
  key?: IdempotencyKey,
): Promise<Submitted> {
  if (answer.facts === undefined) return { refusal: answer };
  const { digest, summary, ...told } = answer.facts;
  try {
    if (told.webhook !== null && !privateWebhooks) requirePublic(told.webhook.url);
    await storage.blobs.put(digest, typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body);
  } finally {
    answer.release?.();
  }
  const id = `job_${randomBytes(12).toString("hex")}`;
  return {
    job: await storage.jobs.create(
      { ...told, summary: summary as JsonObject, id, submission: digest, client, traceparent: traceparent ?? null },
      key,
      from,
    ),
    isReplay: false,
  };
}

/** What can be said of an address at once; names are looked up when the job is over. */
function requirePublic(url: string): void {
  const refusal = refusalOf(new URL(url));
  if (refusal !== null) throw problemAt("invalid_request", "/webhook/url", `A webhook goes to the public network, and ${refusal}`);
}

const shown = ({ key }: IdempotencyKey): string => JSON.stringify(key.slice(0, 60));

/** Away from the event loop, since bodies are long. */
const digestOf = async (body: Buffer): Promise<string> => Buffer.from(await subtle.digest("SHA-256", body)).toString("hex");
