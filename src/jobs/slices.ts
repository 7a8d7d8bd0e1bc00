import type { Database } from "./database.ts";
import type { Connection } from "./schema.ts";

/** Rows that one statement removes: whoever waits for the database gets in between one and the next. */
export const rowsAtOnce = 5_000;

/** Removes rows slice by slice, each in a transaction of its own; `removeSome` answers how many it has removed. Answers how many there were. */
export async function inSlices(database: Database, removeSome: (db: Connection) => Promise<number>): Promise<number> {
  let removed = 0;
  for (;;) {
    const some = await database.urgent(removeSome);
    removed += some;
    if (some < rowsAtOnce) return removed;
  }
}
