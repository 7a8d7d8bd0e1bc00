import { problem } from "../problems/problems.ts";
import type { Connection } from "./schema.ts";

/** Bytes that a client keeps: its datasets, each whole though others may have the same, and the checkpoints of its jobs. */
export async function bytesOf(db: Connection, owner: string): Promise<number> {
  const datasets = await db
    .selectFrom("dataset_claims")
    .innerJoin("datasets", "datasets.id", "dataset_claims.dataset_id")
    .select((sums) => sums.fn.sum<number | string | null>("datasets.bytes").as("bytes"))
    .where("owner", "=", owner)
    .executeTakeFirstOrThrow();
  const checkpoints = await db
    .selectFrom("checkpoints")
    .innerJoin("jobs", "jobs.id", "checkpoints.job_id")
    .select((sums) => sums.fn.sum<number | string | null>("checkpoints.bytes").as("bytes"))
    .where("jobs.client", "=", owner)
    .executeTakeFirstOrThrow();
  return Number(datasets.bytes ?? 0) + Number(checkpoints.bytes ?? 0);
}

/** Refuses what would go beyond a client's share. Throws Problem quota_exceeded. */
export async function requireShare(db: Connection, owner: string, more: number, share: number | null): Promise<void> {
  if (share === null) return;
  const kept = await bytesOf(db, owner);
  if (kept + more <= share) return;
  throw problem(
    "quota_exceeded",
    `This client keeps ${kept} bytes of datasets and checkpoints, ${more} more would come, and stored_bytes allows ${share}.`,
  );
}
