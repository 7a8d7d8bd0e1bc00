import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killedAgainAndAgain, type Trouble, undisturbed } from "../test/acceptance/jobs/kills.ts";
import { besiege } from "../test/acceptance/jobs/siege.ts";
import { differences, faultsOf, interruptions } from "../test/acceptance/jobs/soundness.ts";
import { PostgresServer } from "../test/support/postgres.ts";
import { damageNewest, smallDisk } from "./siege/trouble.ts";

/**
 * The tests of test/acceptance/jobs, longer: one process that is killed again and again, also with damage to its files and on a full disk, then a cluster whose workers are, while its
 * database restarts. Needs PostgreSQL's programs. Usage: node load/siege.ts [--kills n] [--jobs n] [--seconds n] [--workers n] [--seed n]
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    jobs: { type: "string", default: "200" },
    seconds: { type: "string", default: "120" },
    workers: { type: "string", default: "2" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const [kills, jobs, seconds, workers, seed] = [values.kills, values.jobs, values.seconds, values.workers, values.seed].map(Number);

const began = performance.now();
const tell = (message: string): void => void process.stdout.write(`${((performance.now() - began) / 1000).toFixed(0)} s: ${message}\n`);
function conclude(faults: readonly string[]): void {
  tell(faults.length === 0 ? "everything is as it should be" : faults.join("\n"));
  if (faults.length > 0) process.exitCode = 1;
}

tell(`seed ${seed}`);
await oneProcess();
await cluster();

/** First only killed, then with a checkpoint damaged each time, then on a disk that is full every other time. */
async function oneProcess(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-siege-"));
  try {
    const plain = await undisturbed(join(folder, "undisturbed"));
    const besieged = async (name: string, disk: string, trouble?: Trouble): Promise<void> => {
      const records = await killedAgainAndAgain(join(disk, "data"), kills, seed, trouble);
      const damaged = records.flatMap(({ events }) => events.filter(({ type }) => type === "checkpoint_damaged")).length;
      const times = records.map(interruptions).join(", ");
      tell(`one process, ${name}: killed ${kills} times, its jobs broken off ${times} times, ${damaged} damaged checkpoints passed over`);
      conclude(records.flatMap((record, at) => [...faultsOf(record), ...differences(record, plain[at])]));
    };
    await besieged("killed", join(folder, "killed"));
    const damaged = join(folder, "damaged");
    await besieged("damaged", damaged, (random) => damageNewest(join(damaged, "data"), random));
    using disk = smallDisk(join(folder, "full"));
    if (disk !== null) await besieged("on a full disk", disk.path, disk.fillOrFree);
    else tell("no file system can be mounted here: nothing is tried on a full disk");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cluster(): Promise<void> {
  await using server = await PostgresServer.start({ durable: true });
  const outcome = await besiege(server, { seed, jobs, seconds, interruptions: 0, workers, tell });
  const ends = Object.entries(Object.groupBy(outcome.records, ({ job }) => job.status)).map(([status, of]) => `${of?.length} ${status}`);
  tell(
    `${outcome.records.length} jobs: ${ends.join(", ")}; broken off ${outcome.interruptions} times; clients came back ${outcome.refusals} times`,
  );
  conclude(outcome.faults);
}
