import type { WebhookStore } from "./contract.ts";
import type { Database } from "./database.ts";
import type { Connection } from "./schema.ts";

/** A job is over, and somebody wants to know: with the transaction that ends it. */
export async function oweWebhook(tx: Connection, jobId: string): Promise<void> {
  await tx.insertInto("webhooks").values({ job_id: jobId, due_at: Date.now(), tries: 0 }).execute();
}

export function createWebhookStore(database: Database): WebhookStore {
  return {
    take: (limit, leaseMs) =>
      database.query(async (db) => {
        const now = Date.now();
        const due = db.selectFrom("webhooks").select("job_id").where("due_at", "<=", now).orderBy("due_at").limit(limit);
        const rows = await db
          .updateTable("webhooks")
          .set((webhooks) => ({ due_at: now + leaseMs, tries: webhooks("tries", "+", 1) }))
          .where("job_id", "in", due)
          // Another process may have taken it while this one waited for the row.
          .where("due_at", "<=", now)
          .returning(["job_id", "tries"])
          .execute();
        return rows.map(({ job_id, tries }) => ({ jobId: job_id, tries }));
      }),
    settle: async (jobId, dueAt) => {
      await database.query(async (db) => {
        if (dueAt === null) await db.deleteFrom("webhooks").where("job_id", "=", jobId).execute();
        else await db.updateTable("webhooks").set({ due_at: dueAt }).where("job_id", "=", jobId).execute();
      });
    },
  };
}
