import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresServer } from "../../support/postgres.ts";
import { type ServiceProcess, startProcess } from "./process.ts";

/** Processes that share a database of their own. */
export interface Cluster extends AsyncDisposable {
  readonly apis: readonly ServiceProcess[];
  /** Those that train: whoever kills one takes it out. */
  readonly workers: ServiceProcess[];
  readonly addWorker: () => Promise<void>;
}

/** Starts so many processes at once, on an empty database. */
export async function startCluster(
  server: PostgresServer,
  { apis, workers, trainers }: { apis: number; workers: number; trainers: number },
): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-cluster-"));
  const DATABASE_URL = await server.createDatabase();
  let count = 0;
  const start = (more: Readonly<Record<string, string>>) =>
    startProcess({ DATA_DIR: join(folder, String(++count)), DATABASE_URL, JOB_ATTEMPTS: "1000", ...more });
  const startWorker = () => persistently(() => start({ ROLE: "worker", TRAINERS: String(trainers) }));
  const [startedApis, startedWorkers] = await Promise.all([
    Promise.all(Array.from({ length: apis }, () => start({ ROLE: "api" }))),
    Promise.all(Array.from({ length: workers }, startWorker)),
  ]);
  return {
    apis: startedApis,
    workers: startedWorkers,
    addWorker: async () => void startedWorkers.push(await startWorker()),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...startedApis, ...startedWorkers].map((each) => each.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
