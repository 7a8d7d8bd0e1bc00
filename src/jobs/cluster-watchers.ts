import { sql } from "kysely";
import type { Db as BossDatabase } from "pg-boss";
import type { Database } from "./database.ts";
import type { Watchers } from "./parts.ts";
import type { Connection } from "./schema.ts";
import { WatchList } from "./watch-list.ts";

const channel = "adjoint_jobs";

/** Milliseconds between two looks at the jobs that are watched, for what a notification did not tell. */
const pollMs = 1_000;

/** Watches jobs that any process may change: PostgreSQL notifies this process, and it looks by itself from time to time. */
export class ClusterWatchers implements Watchers {
  readonly #list = new WatchList();
  readonly #database: Database;
  readonly #onError: (error: unknown) => void;
  readonly #lastSeen = new Map<string, number>();
  #stopListening: () => Promise<void> = async () => {};
  #polling: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  /** Listens on one connection, which is made anew when it breaks. Where there can be none, as behind some poolers, watching is polling. */
  async open(listener: BossDatabase): Promise<void> {
    try {
      const listening = await listener.listen?.(
        channel,
        (id) => this.#list.changed(id),
        () => this.#poll(),
      );
      if (listening !== undefined) this.#stopListening = () => listening.close();
    } catch (error) {
      this.#onError(error);
    }
    this.#timer = setInterval(() => this.#poll(), pollMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#stopListening();
    await this.#polling;
  }

  async announce(tx: Connection, id: string): Promise<void> {
    await sql`select pg_notify(${channel}, ${id})`.execute(tx);
  }

  changed(id: string): void {
    this.#list.changed(id);
  }

  watch(id: string, onChange: () => void): () => void {
    return this.#list.watch(id, onChange);
  }

  #poll(): void {
    this.#polling ??= this.#look()
      .catch(this.#onError)
      .finally(() => (this.#polling = null));
  }

  async #look(): Promise<void> {
    const ids = this.#list.ids();
    for (const id of this.#lastSeen.keys()) if (!ids.includes(id)) this.#lastSeen.delete(id);
    if (ids.length === 0) return;
    const rows = await this.#database.query((db) =>
      db
        .selectFrom("jobs")
        .select(["id", "last_event"])
        .where((jobs) => jobs("id", "=", sql<string>`any(${ids})`))
        .execute(),
    );
    for (const { id, last_event } of rows) {
      if (this.#lastSeen.get(id) !== last_event) this.#list.changed(id);
      this.#lastSeen.set(id, last_event);
    }
  }
}
