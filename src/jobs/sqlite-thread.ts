/** The thread of SQLite: the event loop sends it statements and receives rows, so that nothing waits for the disk but who asked for it. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Ask, DatabaseFile, DatabaseFault, Reply, Result, Statement } from "./sqlite-protocol.ts";

/** Milliseconds to wait for another connection's lock, as a backup or a curious reader may hold it. */
const patienceMs = 5_000;

/** Statements that are kept prepared: the service has some hundred, and one with many rows comes in many lengths. */
const mostKept = 200;
const longestKept = 4_000;

interface Prepared {
  readonly statement: StatementSync;
  readonly answersRows: boolean;
}

/** The database of a file, which is made if it is missing. A commit is on the disk when it has returned. */
class SqliteFile {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: patienceMs, enableForeignKeyConstraints: true });
    this.#database.exec("pragma journal_mode = wal; pragma synchronous = full");
  }

  run({ sql, parameters }: Statement): Result {
    // SQLite has undone the transaction by itself when the disk is full: there is nothing left to undo.
    if (sql === "rollback" && !this.#database.isTransaction) return { rows: [], changes: null };
    const { statement, answersRows } = this.#prepare(sql);
    if (answersRows) return { rows: statement.all(...parameters), changes: null };
    return { rows: [], changes: statement.run(...parameters).changes };
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(sql: string): Prepared {
    const kept = this.#prepared.get(sql);
    if (kept !== undefined) {
      // Behind the others: the one that was not used for longest goes first.
      this.#prepared.delete(sql);
      this.#prepared.set(sql, kept);
      return kept;
    }
    const statement = this.#database.prepare(sql);
    const prepared = { statement, answersRows: statement.columns().length > 0 };
    if (sql.length > longestKept) return prepared;
    this.#prepared.set(sql, prepared);
    const [oldest] = this.#prepared.keys();
    if (oldest !== undefined && this.#prepared.size > mostKept) this.#prepared.delete(oldest);
    return prepared;
  }
}

function faultOf(error: unknown): DatabaseFault {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    message: error.message,
    code: "code" in error ? error.code : undefined,
    errcode: "errcode" in error ? error.errcode : undefined,
  };
}

const { path } = workerData as DatabaseFile;
const port = parentPort;
if (port === null) throw new Error("SQLite runs in a thread of its own");
let file: SqliteFile | null = null;

function answer({ id, statements }: Ask): Reply {
  try {
    // One that cannot be opened is tried again with the next question.
    file ??= new SqliteFile(path);
    let result: Result = { rows: [], changes: null };
    for (const statement of statements) result = file.run(statement);
    return { id, result };
  } catch (error) {
    return { id, fault: faultOf(error) };
  }
}

port.on("message", (ask: Ask | null) => {
  if (ask !== null) return port.postMessage(answer(ask));
  file?.close();
  return port.close();
});
