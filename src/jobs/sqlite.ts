/** Kysely on Node's own SQLite. */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { Kysely, SqliteAdapter, SqliteDialect } from "kysely";
import type { Tables } from "./schema.ts";

/** Milliseconds to wait for another connection's lock, as a backup or a curious reader may hold it. */
const patienceMs = 5_000;

/** SQLite makes and changes tables in transactions, which Kysely has yet to learn: an interrupted migration leaves nothing behind. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new Adapter();
  }
}

/** Opens a file, which is made if it is missing. A commit is on the disk when it has returned. */
export function openSqlite(path: string): Kysely<Tables> {
  const database = new DatabaseSync(path, { timeout: patienceMs, enableForeignKeyConstraints: true });
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  const prepare = (text: string) => {
    // SQLite has undone the transaction by itself when the disk is full: there is nothing left to undo.
    const statement = database.prepare(text === "rollback" && !database.isTransaction ? "select 1" : text);
    return {
      reader: statement.columns().length > 0,
      all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
      run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
      iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SQLInputValue[])),
    };
  };
  return new Kysely<Tables>({ dialect: new Dialect({ database: { prepare, close: () => database.close() } }) });
}
