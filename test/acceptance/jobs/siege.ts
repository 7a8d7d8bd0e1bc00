import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresServer } from "../../support/postgres.ts";
import { Random } from "../../support/random.ts";
import { insistOn, isOver, type JobAnswer, type JobRecord, reaches, recordOf, submit } from "./client.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { lesson } from "./lessons.ts";
import { differences, faultsOf, interruptions } from "./soundness.ts";

/** Jobs that are posted over two processes while those that train are killed one after the other, and the database is restarted once. */
export interface Siege {
  readonly seed: number;
  readonly jobs: number;
  /** Workers are killed for so long, about one a second. */
  readonly seconds: number;
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
  const { jobs, tell = () => {} } = siege;
  await using cluster = await startCluster(server, { apis: 2, workers: siege.workers, trainers: 2 });
  tell(`${cluster.apis.length} processes answer and ${cluster.workers.length} train`);
  const [posted, kills] = await Promise.all([post(cluster, siege), harm(server, cluster, siege, tell)]);
  tell(`${kills} workers were killed; waiting for the end`);
  const records: JobRecord[] = [];
  for (const [at, { id }] of posted.entries()) records.push(await ending(cluster.apis[at % 2].origin, id));
  const made = await countJobs(cluster.apis[0].origin);
  const plain = await undisturbed(cluster.apis[0].origin);
  const faults = records.flatMap((record, at) => [...faultsOf(record), ...differences(record, plain[kindOf(at)])]);
  if (made !== jobs || new Set(posted.map(({ id }) => id)).size !== jobs) faults.push(`${made} jobs were made of ${jobs} requests`);
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

/** Posts the jobs one after the other, most of them before the siege is over. */
async function post({ apis }: Cluster, { jobs, seconds, seed }: Siege): Promise<{ id: string; refusals: number }[]> {
  const pauseMs = (700 * seconds) / jobs;
  return Promise.all(
    Array.from({ length: jobs }, async (_, at) => {
      await sleep(at * pauseMs);
      return insistOn(apis[at % 2].origin, kinds[kindOf(at)], `${seed}-${at}`);
    }),
  );
}

/** Kills workers and replaces them, and stops the database in the middle. How many were killed. */
async function harm(
  server: PostgresServer,
  { workers, addWorker }: Cluster,
  { seed, seconds }: Siege,
  tell: (message: string) => void,
): Promise<number> {
  const random = new Random(seed);
  const end = performance.now() + 1000 * seconds;
  const replacements: Promise<void>[] = [];
  let kills = 0;
  let isRestarted = false;
  while (performance.now() < end) {
    await sleep(random.uniform(500, 1_500));
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

async function countJobs(origin: string): Promise<number> {
  let count = 0;
  let after = "";
  for (let more = true; more;) {
    const answer = await fetch(`${origin}/v1/jobs?limit=100${after}`);
    const page = (await answer.json()) as { data: JobAnswer[]; has_more: boolean; last_id: string };
    count += page.data.length;
    after = `&after=${page.last_id}`;
    more = page.has_more;
  }
  return count;
}
