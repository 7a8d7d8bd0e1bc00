/** How many jobs there are, as the database has counted them: see counting.ts. */
import { type JobStatus, jobStatuses, type QueueStats } from "./contract.ts";
import type { Connection } from "./schema.ts";

export async function readStats(db: Connection): Promise<QueueStats> {
  const counts = await db
    .selectFrom("job_counts")
    .select((rows) => ["status", rows.fn.sum<number | string>("count").as("count")])
    .groupBy("status")
    .execute();
  const byStatus = Object.fromEntries(jobStatuses.map((status) => [status, 0])) as Record<JobStatus, number>;
  for (const { status, count } of counts) byStatus[status] = Number(count);
  const oldest = await db
    .selectFrom("jobs")
    .select("queued_at")
    .where("status", "=", "queued")
    .orderBy("queued_at")
    .limit(1)
    .executeTakeFirst();
  return { byStatus, oldestWaitSeconds: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.queued_at) / 1000 };
}

/** How many jobs wait, of all clients and of one; of the one they are counted as far as its cap. */
export async function countQueued(db: Connection, client: string, cap: number): Promise<{ readonly all: number; readonly own: number }> {
  const { all, own } = await db
    .selectNoFrom((counts) => [
      counts
        .selectFrom("job_counts")
        .select((rows) => rows.fn.coalesce(rows.fn.sum<number | string>("count"), rows.lit(0)).as("count"))
        .where("status", "=", "queued")
        .as("all"),
      counts
        .selectFrom((jobs) =>
          jobs.selectFrom("jobs").select("id").where("status", "=", "queued").where("client", "=", client).limit(cap).as("waiting"),
        )
        .select((rows) => rows.fn.countAll<number>().as("count"))
        .as("own"),
    ])
    .executeTakeFirstOrThrow();
  return { all: Number(all), own: Number(own) };
}
