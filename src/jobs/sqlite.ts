/** Kysely on Node's own SQLite, which works in a thread of its own. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { SQLInputValue } from "node:sqlite";
import type { Tables } from "./schema.ts";
import { SqliteClient } from "./sqlite-client.ts";
import type { Statement } from "./sqlite-protocol.ts";

class Adapter extends SqliteAdapter {
  /** SQLite makes and changes tables in transactions, which Kysely has yet to learn: an interrupted migration leaves nothing behind. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** Turns are the driver's to give: they are given in the order in which they were asked for. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

const plain = (sql: string): Statement => ({ sql, parameters: [] });

/** A turn on the one connection: a statement, or a transaction. */
class Turn implements DatabaseConnection {
  readonly #client: SqliteClient;
  readonly end: () => void;
  /** The thread in which the transaction of this turn was begun: in another one that took its place there is none. */
  #thread: number | null = null;
  /** Whether the transaction begins with its first statement, in one message. */
  #isToBegin = false;

  constructor(client: SqliteClient, end: () => void) {
    this.#client = client;
    this.end = end;
  }

  begin(): void {
    this.#isToBegin = true;
  }

  async executeQuery<Row>({ sql, parameters }: Pick<CompiledQuery, "sql" | "parameters">): Promise<QueryResult<Row>> {
    const statement: Statement = { sql, parameters: parameters as readonly SQLInputValue[] };
    const statements = this.#isToBegin ? [plain("begin"), statement] : [statement];
    const answer = this.#client.ask(statements, this.#thread);
    if (this.#isToBegin) this.#thread = this.#client.thread;
    this.#isToBegin = false;
    const { rows, changes } = await answer;
    return { rows: rows as Row[], ...(changes !== null && { numAffectedRows: BigInt(changes) }) };
  }

  async close(how: "commit" | "rollback"): Promise<void> {
    if (!this.#isToBegin) await this.executeQuery(plain(how));
  }

  streamQuery(): never {
    throw new Error("Rows are read by the page");
  }
}

class SqliteDriver implements Driver {
  readonly #client: SqliteClient;
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(client: SqliteClient) {
    this.#client = client;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Turn> {
    const before = this.#lastTurn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastTurn = promise;
    await before;
    return new Turn(this.#client, resolve);
  }

  async beginTransaction(turn: Turn): Promise<void> {
    turn.begin();
  }

  commitTransaction(turn: Turn): Promise<void> {
    return turn.close("commit");
  }

  rollbackTransaction(turn: Turn): Promise<void> {
    return turn.close("rollback");
  }

  async releaseConnection(turn: Turn): Promise<void> {
    turn.end();
  }

  destroy(): Promise<void> {
    return this.#client.close();
  }
}

/** The database in a folder. */
export const databaseName = "jobs.sqlite";

/** Opens a file, which is made if it is missing; whatever is wrong with it shows in the first statement. */
export function openSqlite(path: string, script?: URL): Kysely<Tables> {
  const client = new SqliteClient({ path }, script);
  const dialect: Dialect = {
    createDriver: () => new SqliteDriver(client),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new Adapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
  return new Kysely<Tables>({ dialect });
}
