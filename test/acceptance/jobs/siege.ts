import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresServer } from "../../support/postgres.ts";
import { Random } from "../../support/random.ts";
import { insistOn, isOver, type JobAnswer, type JobRecord, reaches, recordOf, submit } from "./client.ts";
import { lesson } from "./lessons.ts";
import { type ServiceProcess, startProcess } from "./process.ts";
import { differences, faultsOf, interruptions } from "./soundness.ts";

/** Jobs that are posted over two processes while those that train are killed one after the other, and the database is restarted once. */
export interface Siege {
  readonly seed: number;
  readonly jobs: number;
  /** How long workers are killed, about one a second. */
  readonly seconds: number;
  readonly workers: number;
  /** Told what happens. */
  readonly tell: (message: string) => void;
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

/** Every kind of job has its own seed and length, and asks for one thread or two. */
const kinds = Array.from({ length: 10 }, (_, at) =>
  lesson(at, 200 + 60 * at, { threads: 1 + (at % 2), checkpoint: { every_steps: 80 }, log_every: 10 }),
);

/** How long a job may take to its end when the siege is over, in milliseconds. */
const patienceMs = 120_000;

export async function besiege(server: PostgresServer, siege: Siege): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-siege-"));
  const databaseUrl = await server.createDatabase();
  const environment = (name: string, more: Readonly<Record<string, string>>) => ({
    DATA_DIR: join(folder, name),
    DATABASE_URL: databaseUrl,
    JOB_ATTEMPTS: "1000",
    ...more,
  });
  const startApi = (name: string) => startProcess(environment(name, { ROLE: "api" }));
  let started = 0;
  const startWorker = () => persistently(() => startProcess(environment(`worker-${++started}`, { ROLE: "worker", TRAINERS: "2" })));
  await using all = new AsyncDisposableStack();
  all.defer(() => rmSync(folder, { recursive: true, force: true }));
  const plain = await undisturbed(join(folder, "undisturbed"));
  // All at once, on an empty database.
  const [apis, workers] = await Promise.all([
    Promise.all(["api-1", "api-2"].map(startApi)),
    Promise.all(Array.from({ length: siege.workers }, startWorker)),
  ]);
  all.defer(async () => void (await Promise.all([...apis, ...workers].map((each) => each.kill()))));
  siege.tell(`${apis.length} processes answer and ${workers.length} train`);

  const [posted, kills] = await Promise.all([post(apis, siege), harm(server, workers, startWorker, siege)]);
  siege.tell(`${kills} workers were killed; waiting for the end`);
  const records = await Promise.all(posted.map(({ id }, at) => ending(apis[at % 2].origin, id)));
  const faults = records.flatMap((record, at) => [...faultsOf(record), ...differences(record, plain[at % kinds.length])]);
  if (new Set(posted.map(({ id }) => id)).size !== siege.jobs) faults.push("requests of their own were answered with the same job");
  return {
    records,
    faults: [...faults, ...(await strangers(apis[0].origin, siege.jobs))],
    kills,
    interruptions: records.reduce((sum, record) => sum + interruptions(record), 0),
    refusals: posted.reduce((sum, { refusals }) => sum + refusals, 0),
  };
}

/** What each kind of job ends with when nothing disturbs it. */
async function undisturbed(folder: string): Promise<JobRecord[]> {
  await using service = await startProcess({ DATA_DIR: folder, TRAINERS: "2" });
  const ids = await Promise.all(kinds.map((request) => submit(service.origin, request)));
  return await Promise.all(ids.map((id) => ending(service.origin, id)));
}

async function ending(origin: string, id: string): Promise<JobRecord> {
  await reaches(origin, id, isOver, patienceMs);
  return recordOf(origin, id);
}

async function post(apis: readonly ServiceProcess[], { jobs, seconds, seed }: Siege): Promise<{ id: string; refusals: number }[]> {
  const pause = (seconds * 1000 * 0.7) / jobs;
  return Promise.all(
    Array.from({ length: jobs }, async (_, at) => {
      await sleep(at * pause);
      return insistOn(apis[at % 2].origin, kinds[at % kinds.length], `${seed}-${at}`);
    }),
  );
}

/** Kills workers and replaces them, and stops the database in the middle. How many were killed. */
async function harm(
  server: PostgresServer,
  workers: ServiceProcess[],
  startWorker: () => Promise<ServiceProcess>,
  { seed, seconds, tell }: Siege,
): Promise<number> {
  const random = new Random(seed);
  const end = performance.now() + 1000 * seconds;
  const replacements: Promise<unknown>[] = [];
  let kills = 0;
  let isRestarted = false;
  for (; performance.now() < end; kills++) {
    await sleep(random.uniform(500, 1_500));
    const [victim] = workers.splice(random.integer(0, workers.length - 1), 1);
    await victim?.kill();
    if (!isRestarted && performance.now() > end - 500 * seconds) {
      isRestarted = true;
      await server.suspend({ crash: true });
      tell("the database is away");
      await sleep(random.uniform(500, 1_500));
      await server.resume();
      tell("the database is back");
    }
    replacements.push(startWorker().then((worker) => workers.push(worker)));
  }
  await Promise.all(replacements);
  return kills;
}

/** Starts a process again when it ends at once, as one does that finds no database, until it runs. */
async function persistently(start: () => Promise<ServiceProcess>): Promise<ServiceProcess> {
  for (let trial = 1; ; trial++) {
    try {
      return await start();
    } catch (error) {
      if (trial === 10) throw error;
    }
  }
}

/** A request that was sent again may not have made a second job. */
async function strangers(origin: string, jobs: number): Promise<string[]> {
  let count = 0;
  for (let after: string | undefined, more = true; more;) {
    const answer = await fetch(`${origin}/v1/jobs?limit=100${after === undefined ? "" : `&after=${after}`}`);
    const page = (await answer.json()) as { data: JobAnswer[]; has_more: boolean; last_id: string };
    count += page.data.length;
    after = page.last_id;
    more = page.has_more;
  }
  return count === jobs ? [] : [`${count} jobs were made of ${jobs} requests`];
}
