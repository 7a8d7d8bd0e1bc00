import type { IdempotencyKey, IdempotencyStore } from "./contract.ts";
import type { Database } from "./database.ts";
import type { Connection } from "./schema.ts";

/** A request that has not been answered for so long, in milliseconds, never will be: its process has ended. */
const abandonedMs = 10 * 60_000;

export function createIdempotencyStore(database: Database): IdempotencyStore {
  return {
    begin: (scope, key, body) => database.transaction((tx) => begin(tx, { scope, key }, body)),
    done: (scope, key, jobId) => database.query((db) => settleKey(db, { scope, key }, jobId)),
    release: (scope, key) =>
      database.query(async (db) => {
        await db.deleteFrom("idempotency_keys").where("scope", "=", scope).where("key", "=", key).where("job_id", "is", null).execute();
      }),
  };
}

async function begin(tx: Connection, { scope, key }: IdempotencyKey, body: string): ReturnType<IdempotencyStore["begin"]> {
  const now = Date.now();
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("idempotency_keys")
    .values({ scope, key, body, job_id: null, created_at: now })
    .onConflict((conflict) =>
      conflict
        .columns(["scope", "key"])
        .doUpdateSet({ created_at: now })
        .where("idempotency_keys.body", "=", body)
        .where("idempotency_keys.job_id", "is", null)
        .where("idempotency_keys.created_at", "<", now - abandonedMs),
    )
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 1n) return { state: "taken" };
  const first = await tx
    .selectFrom("idempotency_keys")
    .selectAll()
    .where("scope", "=", scope)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  if (first.body !== body) return { state: "mismatch" };
  return first.job_id === null ? { state: "in_flight" } : { state: "done", jobId: first.job_id };
}

/** Says which job a request with this key has made. */
export async function settleKey(db: Connection, { scope, key }: IdempotencyKey, jobId: string): Promise<void> {
  await db.updateTable("idempotency_keys").set({ job_id: jobId }).where("scope", "=", scope).where("key", "=", key).execute();
}

/** Where one process does everything, what was in flight when it ended is not any more. */
export async function releaseAllKeys(database: Database): Promise<void> {
  await database.query((db) => db.deleteFrom("idempotency_keys").where("job_id", "is", null).execute());
}
