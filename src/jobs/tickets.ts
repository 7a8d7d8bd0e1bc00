import { hash, randomBytes } from "node:crypto";
import { Problem } from "../problems/problems.ts";
import type { TicketStore } from "./contract.ts";
import type { Database } from "./database.ts";

/** A page opens the stream at once: a ticket that lies about is worth nothing, in milliseconds. */
const lifeMs = 60_000;

/** Tickets of one client that are not used yet. */
const mostOpen = 1_000;

/** Tickets are kept by their digests, in the database, so that each opens one stream in whichever process it is shown. */
export function createTicketStore(database: Database): TicketStore {
  return {
    issue: (jobId, client) =>
      database.transaction(async (tx) => {
        const now = Date.now();
        await tx.deleteFrom("tickets").where("client", "=", client).where("expires_at", "<=", now).execute();
        const { open } = await tx
          .selectFrom("tickets")
          .select((tickets) => tickets.fn.countAll<number>().as("open"))
          .where("client", "=", client)
          .executeTakeFirstOrThrow();
        if (open >= mostOpen) throw new Problem("rate_limited", `${open} tickets of this client are not used yet`, [], lifeMs / 1000);
        const ticket = `tkt_${randomBytes(24).toString("base64url")}`;
        const expiresAt = now + lifeMs;
        await tx
          .insertInto("tickets")
          .values({ digest: hash("sha256", ticket), client, job_id: jobId, expires_at: expiresAt })
          .execute();
        return { ticket, expiresAt };
      }),
    redeem: (ticket, jobId) =>
      database.query(async (db) => {
        const row = await db
          .deleteFrom("tickets")
          .where("digest", "=", hash("sha256", ticket))
          .where("job_id", "=", jobId)
          .where("expires_at", ">", Date.now())
          .returning("client")
          .executeTakeFirst();
        return row?.client ?? null;
      }),
  };
}
