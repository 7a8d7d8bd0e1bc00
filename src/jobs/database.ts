import type { Kysely } from "kysely";
import { translated } from "./faults.ts";
import type { Connection, Tables } from "./schema.ts";

/** The database, whichever it is. What it fails at becomes a Problem: storage_unavailable or storage_full. */
export class Database {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** Runs single statements. */
  query<T>(ask: (db: Connection) => Promise<T>): Promise<T> {
    return translated(() => ask(this.#kysely));
  }

  /** Runs statements that take effect together or not at all: not at all when `work` throws. */
  transaction<T>(work: (tx: Connection) => Promise<T>): Promise<T> {
    return translated(() => this.#kysely.transaction().execute(work));
  }

  /** Whether it answers at all within a time. */
  async answers(patienceMs: number): Promise<boolean> {
    const patience = AbortSignal.timeout(patienceMs);
    const late = new Promise<boolean>((resolve) => patience.addEventListener("abort", () => resolve(false), { once: true }));
    const asked = this.#kysely.selectFrom("jobs").select("id").limit(1).execute();
    return Promise.race([
      late,
      asked.then(
        () => true,
        () => false,
      ),
    ]);
  }

  async close(): Promise<void> {
    await this.#kysely.destroy();
  }
}
