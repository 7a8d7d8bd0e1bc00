import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresServer } from "../../support/postgres.ts";
import { Random } from "../../support/random.ts";
import { eventsOf, insistOn, isOver, type JobAnswer, type JobRecord, reaches, recordOf, submit } from "./client.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { lesson } from "./lessons.ts";
import { differences, faultsOf, interruptions } from "./soundness.ts";

/** Jobs that are posted over two processes while those that train are killed one after the other, and the database is restarted once. */
export interface Siege {
  readonly seed: number;
  readonly jobs: number;
  /** Workers are killed for so long, about one a second, and beyond that until so many attempts were broken off. */
  readonly seconds: number;
  readonly interruptions: number;
  readonly workers: number;
  /** Told what happens. */
  readonly tell?: (message: string) => void;
}

export interface Outcome {
  readonly records: readonly JobRecord[];
  /** What is not as it should be. */
  readonly faults: readonly string[];
  readonly kills: number;
  /** Attempts that were broken off. */
  readonly interruptions: number;
  /** Answers 503 and 409 that clients came back after. */
  readonly refusals: number;
}

/** Jobs of several lengths, which ask for one thread or two. */
const kinds = Array.from({ length: 6 }, (_, at) =>
  lesson(at, 200 + 100 * at, { threads: 1 + (at % 2), checkpoint: { every_steps: 80 }, log_every: 10 }),
);
const kindOf = (at: number): number => at % kinds.length;

/** How long a job may take to its end when the siege is over, in milliseconds. */
const patienceMs = 300_000;

export async function besiege(server: PostgresServer, siege: Siege): Promise<Outcome> {
  const { tell = () => {} } = siege;
  await using cluster = await startCluster(server, { apis: 2, workers: siege.workers, trainers: 2 });
  tell(`${cluster.apis.length} processes answer and ${cluster.workers.length} train`);
  const over = new AbortController();
  const harming = harm(server, cluster, siege, tell).finally(() => over.abort());
  const [posted, kills] = await Promise.all([post(cluster, siege, over.signal), harming]);
  tell(`${kills} workers were killed; waiting for the end`);
  const records: JobRecord[] = [];
  for (const [at, { id }] of posted.entries()) records.push(await ending(cluster.apis[at % 2].origin, id));
  const made = (await jobIds(cluster.apis[0].origin)).length;
  const plain = await undisturbed(cluster.apis[0].origin);
  const faults = records.flatMap((record, at) => [...faultsOf(record), ...differences(record, plain[kindOf(at)])]);
  if (made !== posted.length || new Set(posted.map(({ id }) => id)).size !== made) {
    faults.push(`${made} jobs were made of ${posted.length} requests`);
  }
  return {
    records,
    faults,
    kills,
    interruptions: records.reduce((sum, record) => sum + interruptions(record), 0),
    refusals: posted.reduce((sum, { refusals }) => sum + refusals, 0),
  };
}

/** What each kind of job ends with when nothing disturbs it. */
async function undisturbed(origin: string): Promise<JobRecord[]> {
  const ids = await Promise.all(kinds.map((request) => submit(origin, request)));
  return Promise.all(ids.map((id) => ending(origin, id)));
}

async function ending(origin: string, id: string): Promise<JobRecord> {
  await reaches(origin, id, isOver, patienceMs);
  return recordOf(origin, id);
}

/** Posts the jobs one after the other, most of them before the time is up, and then one a second until the siege is over. */
async function post({ apis }: Cluster, { jobs, seconds, seed }: Siege, over: AbortSignal): Promise<{ id: string; refusals: number }[]> {
  const pauseMs = (700 * seconds) / jobs;
  const posted: Promise<{ id: string; refusals: number }>[] = [];
  for (let at = 0; at < jobs || !over.aborted; at++) {
    posted.push(insistOn(apis[at % 2].origin, kinds[kindOf(at)], `${seed}-${at}`));
    await sleep(at < jobs ? pauseMs : 1_000);
  }
  return Promise.all(posted);
}

/** Kills workers and replaces them, and stops the database in the middle. How many were killed. */
async function harm(
  server: PostgresServer,
  { apis: [{ origin }], workers, addWorker }: Cluster,
  { seed, seconds, interruptions: wanted }: Siege,
  tell: (message: string) => void,
): Promise<number> {
  const random = new Random(seed);
  const end = performance.now() + 1000 * seconds;
  const replacements: Promise<void>[] = [];
  let kills = 0;
  let isRestarted = false;
  // On a busy machine workers are killed before they have begun with anything: beyond the time they are left longer and longer.
  let slowness = 1;
  while (performance.now() < end || kills < wanted || (await brokenOff(origin)) < wanted) {
    await sleep(slowness * random.uniform(500, 1_500));
    if (performance.now() > end) slowness *= 1.5;
    if (workers.length > 0) {
      const [victim] = workers.splice(random.integer(0, workers.length - 1), 1);
      await victim.kill();
      kills++;
      replacements.push(addWorker());
    }
    if (!isRestarted && performance.now() > end - 500 * seconds) {
      isRestarted = true;
      await server.suspend({ crash: true });
      tell("the database is away");
      await sleep(random.uniform(500, 1_500));
      await server.resume();
      tell("the database is back");
    }
  }
  await Promise.all(replacements);
  return kills;
}

/** How many attempts were broken off until now; 0 while the database does not answer. */
async function brokenOff(origin: string): Promise<number> {
  try {
    const events = await Promise.all((await jobIds(origin)).map((id) => eventsOf(origin, id)));
    return events.reduce((sum, each) => sum + interruptions({ events: each }), 0);
  } catch {
    return 0;
  }
}

async function jobIds(origin: string): Promise<string[]> {
  const ids: string[] = [];
  for (let more = true; more;) {
    const answer = await fetch(`${origin}/v1/jobs?limit=100${ids.length === 0 ? "" : `&after=${ids.at(-1)}`}`);
    const page = (await answer.json()) as { data: JobAnswer[]; has_more: boolean };
    ids.push(...page.data.map(({ id }) => id));
    more = page.has_more;
  }
  return ids;
}
