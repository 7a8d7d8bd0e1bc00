import { randomBytes, subtle } from "node:crypto";
import type { Scope } from "../clients/client.ts";
import { Problem, problem, problemAt } from "../problems/problems.ts";
import type { Answer } from "../tasks/perform.ts";
import type { TraceParent } from "../tracing/tracing.ts";
import { planJob } from "../training/tasks/submit.ts";
import type { Caller, Workers } from "../workers/pool.ts";
import type { IdempotencyKey, IdempotencyStore, Job, JsonObject, Storage } from "./contract.ts";
import { isPassing } from "./faults.ts";
import { idPrefix, mentionedIds } from "./mentioned-ids.ts";
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

/** Has a request checked by a worker, and keeps it as a job; one whose key has come before is the job that it made then. */
export async function submitJob(handedIn: HandedIn, desk: Desk): Promise<Submitted> {
  if (handedIn.key === undefined) return create(handedIn, desk);
  const key: IdempotencyKey = { scope: handedIn.client, key: handedIn.key };
  const { idempotency, jobs } = desk.storage;
  const begun = await idempotency.begin(key.scope, key.key, await digestOf(handedIn.body));
  if (begun.state === "done") return { job: await jobs.get(begun.jobId).catch(unlessDeleted(key)), isReplay: true };
  if (begun.state === "in_flight")
    throw problem("idempotency_in_flight", `The first request with the key ${shown(key)} is not answered yet`);
  if (begun.state === "mismatch") throw problem("idempotency_mismatch", `Another request has come with the key ${shown(key)}`);
  let made: Submitted | undefined;
  try {
    return (made = await create(handedIn, desk, key));
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

async function create({ body, client, caller, scope, traceparent }: HandedIn, desk: Desk, key?: IdempotencyKey): Promise<Submitted> {
  const { pool, storage } = desk;
  const answer = await pool.run(planJob, { datasets: await mentionedDatasets(body, scope, storage) }, body, caller);
  if (answer.facts === undefined) return { refusal: answer };
  const { digest, summary, ...told } = answer.facts;
  try {
    if (told.webhook !== null && !desk.privateWebhooks) requirePublic(told.webhook.url);
    await storage.blobs.put(digest, typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body);
  } finally {
    answer.release?.();
  }
  const id = `job_${randomBytes(12).toString("hex")}`;
  return {
    job: await storage.jobs.create(
      { ...told, summary: summary as JsonObject, id, submission: digest, client, traceparent: traceparent ?? null },
      key,
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

/** A request that names more datasets than this is told that the others are unknown. */
const mostDatasets = 64;

/**
 * Paths of the files of the datasets whose ids stand anywhere in a body, by id. An id that is none of a dataset, but of a graph, is left out; so is an unknown one, of which the worker says where it stands.
 */
async function mentionedDatasets(body: Buffer, scope: Scope, { datasets, blobs }: Storage): Promise<Record<string, string>> {
  const paths = await Promise.all(
    [...mentionedIds(body, mostDatasets)].map(async (id) => {
      const known = await datasets.get(id, scope).catch(unlessUnknown);
      return known === null ? [] : [[id, await blobs.localPath(id.slice(idPrefix.length))] as const];
    }),
  );
  return Object.fromEntries(paths.flat());
}

function unlessUnknown(error: unknown): null {
  if (error instanceof Problem && error.code === "unknown_dataset") return null;
  throw error;
}
