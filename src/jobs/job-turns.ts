import type { ClientLimits } from "../clients/client.ts";
import type { Database } from "./database.ts";
import type { JobRow } from "./schema.ts";

/** Clients whose last turn is remembered. Whoever is not has waited longer than all of them. */
const mostRemembered = 10_000;

export type WaitingJob = Pick<JobRow, "id" | "client" | "due_at" | "dispatch">;

/**
 * Whose turn it is among the clients with jobs that wait: of those who have fewest under way, the one whose last turn was longest ago. A
 * thousand jobs of one client take no more turns than one job of another.
 */
export class JobTurns {
  readonly #database: Database;
  readonly #limitsOf: (client: string) => ClientLimits;
  /** Clients in the order of their last turns. */
  readonly #last = new Map<string, number>();
  #turns = 0;

  constructor(database: Database, limitsOf: (client: string) => ClientLimits = () => ({})) {
    this.#database = database;
    this.#limitsOf = limitsOf;
  }

  /** The clients with jobs in the queue, in the order of their turns; those that have as many under way as they may have are left out. */
  async order(underWay: ReadonlyMap<string, number>): Promise<string[]> {
    const rows = await this.#database.query((db) =>
      db.selectFrom("jobs").select("client").where("status", "=", "queued").groupBy("client").execute(),
    );
    const running = (client: string): number => underWay.get(client) ?? 0;
    return rows
      .map(({ client }) => client)
      .filter((client) => running(client) < (this.#limitsOf(client).running_jobs ?? Number.POSITIVE_INFINITY))
      .toSorted((a, b) => running(a) - running(b) || (this.#last.get(a) ?? 0) - (this.#last.get(b) ?? 0));
  }

  /**
   * A client's next job: those that were given back first, then the ones that have waited longest, among which are those whose work was
   * lost. Those that still rest come last.
   */
  first(client: string, except: readonly string[]): Promise<WaitingJob | undefined> {
    const now = Date.now();
    return this.#database.query((db) =>
      db
        .selectFrom("jobs")
        .select(["id", "client", "due_at", "dispatch"])
        .where("status", "=", "queued")
        .where("client", "=", client)
        .$if(except.length > 0, (query) => query.where("id", "not in", except))
        .orderBy((jobs) => jobs(jobs.fn.coalesce("due_at", jobs.lit(0)), ">", now))
        .orderBy((jobs) => jobs.or([jobs("attempt", "=", 0), jobs("due_at", "is not", null)]))
        .orderBy("queued_at")
        .orderBy("id")
        .limit(1)
        .executeTakeFirst(),
    );
  }

  /** A client has had its turn. */
  took(client: string): void {
    this.#last.delete(client);
    this.#last.set(client, ++this.#turns);
    if (this.#last.size <= mostRemembered) return;
    const [longestAgo] = this.#last.keys();
    this.#last.delete(longestAgo);
  }
}

/** How often each stands in a list. */
export function counted(clients: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const client of clients) counts.set(client, (counts.get(client) ?? 0) + 1);
  return counts;
}
