import type { Bench } from "./bench.ts";
import { answersTable, answersWhileTraining } from "./jobs/answers.ts";
import { stallOfCheckpoints } from "./jobs/checkpoints.ts";
import { startPlaces } from "./jobs/places.ts";
import { stepsOfJobs } from "./jobs/steps.ts";
import { jobsPerSecond } from "./jobs/throughput.ts";
import { eventLatency } from "./jobs/watching.ts";
import { table } from "./measure.ts";

const trainers = 2;
/** Rounds of what takes long. */
const fewer = 3;
const trials = 50;

export const bench: Bench = {
  title: "Training jobs",
  text:
    `The service trains ${trainers} jobs at once, on one thread each, with its files or with PostgreSQL (one process that does everything, and another one at which events are watched). ` +
    "The clients share the cores with it. Aims: answers below 50 ms at p99 while both cores train, and a job at no less than 0.9 × the steps per second of a bare loop over the same plan.",
  packages: ["fastify", "pg-boss"],
  run: async ({ pace }) => {
    await using stack = new AsyncDisposableStack();
    const places = await startPlaces(trainers);
    for (const place of places) stack.use(place);
    const each = async <T>(measure: (place: (typeof places)[number]) => Promise<T>): Promise<T[]> => {
      const results: T[] = [];
      for (const place of places) results.push(await measure(place));
      return results;
    };
    const steps = await stepsOfJobs(places[0], pace);
    const answers = await each((place) => answersWhileTraining(place, pace.rounds));
    const events = await each((place) => eventLatency(place, trials));
    const small = await each((place) => jobsPerSecond(place, fewer));
    const stalls = await each((place) => stallOfCheckpoints(place, fewer));
    return [
      "### Answers while two jobs are trained",
      answersTable(answers.flat()),
      "### Steps per second",
      steps,
      `### A thousand small jobs, 8 clients (medians of ${fewer} rounds)`,
      table(["", "accepted/s", "ended/s"], small),
      "### From the request that makes an event to its arrival at a stream, while the job is trained",
      table(["", "p50, ms", "p99, ms"], events),
      `### /livez while checkpoints of 100 MB are written one after the other (medians of ${fewer} rounds)`,
      table(["", "written, MB/s", "p50 idle, ms", "writing", "p99 idle, ms", "writing", "longest"], stalls),
    ].join("\n\n");
  },
};
