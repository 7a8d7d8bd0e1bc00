import { z } from "zod";
import { type Checkpoint, type JobStore, type Storage, isFinal } from "./contract.ts";
import { nearest } from "../problems/nearest.ts";
import { problem, problemAt } from "../problems/problems.ts";
import { checkpointName } from "./job-view.ts";
import { isLost } from "./sound-files.ts";

type Kept = Pick<Storage, "blobs" | "jobs">;

/** The query parameter that says which of a job's weights are meant. */
export const Which = z
  .string()
  .regex(/^(final|best|latest|step_\d{1,15})$/, "It is final, best, latest, or the id of a checkpoint, as step_1200")
  .optional()
  .meta({
    description:
      "Which weights: final (those that the finished job ends with), best (by the metric that is monitored), latest (the newest so far), or the id of a checkpoint. Unless told, final of a job that is over, and latest of one that is not",
    examples: ["best"],
  });

/**
 * The checkpoint that is meant, whose weights are there to be read for a while. Throws Problem unknown_job, damaged_content, missing_content, and
 * unknown_checkpoint, which says what there is.
 */
export async function chosenWeights({ jobs, blobs }: Kept, id: string, which: string | undefined): Promise<Checkpoint> {
  for (let chosen = await namedWeights(jobs, id, which); ;) {
    try {
      await blobs.localPath(chosen.weights);
      return chosen;
    } catch (error) {
      // It may just have given way to a newer one.
      const now = isLost(error) ? await namedWeights(jobs, id, which) : chosen;
      if (now.weights === chosen.weights) throw error;
      chosen = now;
    }
  }
}

async function namedWeights(jobs: JobStore, id: string, which: string | undefined): Promise<Checkpoint> {
  const [job, checkpoints] = await Promise.all([jobs.get(id), jobs.checkpoints(id)]);
  const hasFinal = checkpoints.some(({ final }) => final);
  const meant = which ?? (isFinal(job.status) && hasFinal ? "final" : "latest");
  const found = checkpoints.find((checkpoint) => answersTo(checkpoint, meant));
  if (found !== undefined) return found;
  if (checkpoints.length === 0)
    throw problem("unknown_checkpoint", `Job ${id} is ${job.status} and has kept no weights${isFinal(job.status) ? "" : " yet"}`);
  const names = checkpoints.map(checkpointName);
  const detail = `Job ${id} is ${job.status} and has no weights ${meant}; it has ${checkpoints.map(described).join(", ")}`;
  throw problemAt("unknown_checkpoint", "", detail, nearest(meant, names)[0] ?? "latest");
}

/** Checkpoints come newest first, so the first one is the latest. */
function answersTo(checkpoint: Checkpoint, name: string): boolean {
  switch (name) {
    case "final":
      return checkpoint.final;
    case "best":
      return checkpoint.best;
    case "latest":
      return true;
    default:
      return checkpointName(checkpoint) === name;
  }
}

function described(checkpoint: Checkpoint): string {
  const marks = [...(checkpoint.best ? ["best"] : []), ...(checkpoint.final ? ["final"] : [])];
  return `${checkpointName(checkpoint)}${marks.length === 0 ? "" : ` (${marks.join(", ")})`}`;
}
