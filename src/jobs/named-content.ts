/** What the tables name of the content that is kept beside them. */
import type { Connection } from "./schema.ts";

/** A blob, and what it is to whom. */
export interface Named {
  readonly digest: string;
  /** As `the weights of job_… at step 1200`. */
  readonly what: string;
}

/** Rows of one page. */
const atOnce = 1_000;

/** Every blob that a job, a checkpoint or a dataset names. */
export async function* namedBlobs(db: Connection): AsyncGenerator<Named> {
  for (let last = ""; ;) {
    const jobs = await db.selectFrom("jobs").select(["id", "submission"]).where("id", ">", last).orderBy("id").limit(atOnce).execute();
    for (const { id, submission } of jobs) yield { digest: submission, what: `the submission of ${id}` };
    if (jobs.length === 0) break;
    const ids = jobs.map(({ id }) => id);
    last = ids[ids.length - 1];
    const checkpoints = await db
      .selectFrom("checkpoints")
      .select(["job_id", "step", "weights", "state"])
      .where("job_id", "in", ids)
      .orderBy("job_id")
      .orderBy("step")
      .execute();
    for (const { job_id, step, weights, state } of checkpoints) {
      yield { digest: weights, what: `the weights of ${job_id} at step ${step}` };
      if (state !== null) yield { digest: state, what: `the state of ${job_id} at step ${step}` };
    }
  }
  const datasets = await db.selectFrom("datasets").select(["id", "digest", "name"]).orderBy("id").execute();
  for (const { id, digest, name } of datasets) yield { digest, what: `the dataset ${id} (${name})` };
}
