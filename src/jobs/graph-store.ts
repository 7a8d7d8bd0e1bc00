import { sql } from "kysely";
import { everyone } from "../program/registry.ts";
import type { GraphStore } from "./contract.ts";
import type { Database } from "./database.ts";

/** A row says when it was last used, to so many milliseconds. */
const usedWithinMs = 60_000;

/** Registered graphs in the database of a cluster. */
export function createGraphStore(database: Database): GraphStore {
  return {
    put: (owner, id, content, share) =>
      database.transaction(async (tx) => {
        const row = { owner, id, content, bytes: Buffer.byteLength(content), used_at: Date.now() };
        await tx
          .insertInto("owned_graphs")
          .values(row)
          .onConflict((conflict) => conflict.columns(["owner", "id"]).doUpdateSet({ content, used_at: row.used_at }))
          .execute();
        const ranked = sql<{ id: string; place: number; bytes: number }>`(
          select id, row_number() over used as place, sum(bytes) over used as bytes
          from owned_graphs where owner = ${owner} window used as (order by used_at desc, id)
        )`;
        await tx
          .deleteFrom("owned_graphs")
          .where("owner", "=", owner)
          .where("id", "!=", id)
          .where("id", "in", (graphs) =>
            graphs
              .selectFrom(ranked.as("ranked"))
              .select("ranked.id")
              .where((excess) => excess.or([excess("ranked.place", ">", share.graphs), excess("ranked.bytes", ">", share.bytes)])),
          )
          .execute();
      }),
    use: (owner, id) =>
      database.query(async (db) => {
        const rows = await db
          .selectFrom("owned_graphs")
          .select(["owner", "used_at"])
          .where("id", "=", id)
          .where("owner", "in", [owner, everyone])
          .execute();
        const kept = rows.find((row) => row.owner === owner) ?? rows.at(0);
        if (kept === undefined) return null;
        const now = Date.now();
        if (kept.used_at < now - usedWithinMs) {
          await db.updateTable("owned_graphs").set({ used_at: now }).where("owner", "=", kept.owner).where("id", "=", id).execute();
        }
        return { owner: kept.owner };
      }),
    read: (owner, id) =>
      database.query(async (db) => {
        const row = await db
          .selectFrom("owned_graphs")
          .select("content")
          .where("owner", "=", owner)
          .where("id", "=", id)
          .executeTakeFirst();
        return row?.content ?? null;
      }),
    delete: (owner, id) =>
      database.query(async (db) => {
        const { numDeletedRows } = await db.deleteFrom("owned_graphs").where("owner", "=", owner).where("id", "=", id).executeTakeFirst();
        return numDeletedRows > 0n;
      }),
  };
}
