/** Where deleted jobs and datasets stood in their lists, for a while: whoever reads a list page by page goes on behind them. */
import { sql } from "kysely";
import type { Scope } from "../clients/client.ts";
import { everyone } from "../program/registry.ts";
import type { Connection, DeletedRow } from "./schema.ts";
import { rowsAtOnce } from "./slices.ts";

/** What has just been deleted. A dataset may have been so before, and been uploaded again. */
export async function remember(tx: Connection, rows: readonly Pick<DeletedRow, "id" | "owner" | "created_at">[]): Promise<void> {
  if (rows.length === 0) return;
  const deleted_at = Date.now();
  await tx
    .insertInto("deleted")
    .values(rows.map((row) => ({ ...row, deleted_at })))
    .onConflict((conflict) =>
      conflict
        .columns(["id", "owner"])
        .doUpdateSet({ created_at: sql<number>`excluded.created_at`, deleted_at: sql<number>`excluded.deleted_at` }),
    )
    .execute();
}

/** When something was made that a client could see and that was deleted of late; null of anything else. */
export async function madeAt(db: Connection, id: string, scope: Scope): Promise<number | null> {
  const row = await db
    .selectFrom("deleted")
    .select("created_at")
    .where("id", "=", id)
    .$if(scope !== null, (query) => query.where("owner", "in", [scope ?? "", everyone]))
    .orderBy("created_at")
    .executeTakeFirst();
  return row?.created_at ?? null;
}

/** Forgets a slice of what was deleted before a time; answers how many. */
export async function forgetDeleted(db: Connection, before: number): Promise<number> {
  const some = db.selectFrom("deleted").select(["id", "owner"]).where("deleted_at", "<", before).limit(rowsAtOnce);
  const { numDeletedRows } = await db
    .deleteFrom("deleted")
    .where((deleted) => deleted(deleted.refTuple("id", "owner"), "in", some.$asTuple("id", "owner")))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
