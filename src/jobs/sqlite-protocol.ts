import type { SQLInputValue, SQLOutputValue } from "node:sqlite";

/** What the event loop and the thread of the database say to each other. */

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
}

/** To the thread: statements to run one after the other, as far as none fails. */
export interface Ask {
  readonly id: number;
  readonly statements: readonly Statement[];
}

/** What came of the last statement. */
export interface Result {
  readonly rows: readonly Readonly<Record<string, SQLOutputValue>>[];
  /** Rows that were changed; null of a statement that answers rows. */
  readonly changes: number | bigint | null;
}

/** The parts of an error that say what it means: see faults.ts. */
export interface DatabaseFault {
  readonly message: string;
  readonly code?: unknown;
  readonly errcode?: unknown;
}

export type Reply = { readonly id: number } & ({ readonly result: Result } | { readonly fault: DatabaseFault });

/** What the thread is told when it starts. */
export interface DatabaseFile {
  readonly path: string;
}
