/** How PostgreSQL is reached: the store's own pool of connections, and pg-boss's. */
import { type Dialect, PostgresDialect } from "kysely";
import pg from "pg";
import type { ConstructorOptions as BossOptions } from "pg-boss";

/** A database that speaks PostgreSQL. */
export interface Server {
  readonly dialect: Dialect;
  readonly boss: BossOptions;
}

/** PostgreSQL's type of 64-bit integers, which counts and times are: no more than JavaScript's numbers hold. */
const bigint = 20;

const types = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === bigint ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

const connectionTimeoutMillis = 5_000;

/** Whichever side has vanished without a word, the other gives the connection up after this long, in milliseconds. */
const silenceMs = 60_000;

/** The server at a URL. `onError` is told of connections that break while nobody uses them. */
export function postgresAt(url: string, onError: (error: unknown) => void): Server {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "adjoint",
    max: 8,
    connectionTimeoutMillis,
    keepAlive: true,
    query_timeout: silenceMs,
    // A process that is frozen in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: silenceMs,
    types,
  });
  pool.on("error", onError);
  // The pool looks after connections that nobody uses. One that breaks between two statements of a transaction fails the second one, too.
  pool.on("connect", (client) => client.on("error", () => {}));
  return { dialect: new PostgresDialect({ pool }), boss: { connectionString: url, max: 4, connectionTimeoutMillis } };
}
