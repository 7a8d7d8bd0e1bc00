/** What errors of the databases and of the file system mean to those who asked for something to be kept. */
import { Problem } from "../problems/problems.ts";

/** Seconds after which a client may try again. */
const retryAfter = 5;

/** SQLite's primary result codes. */
const sqlite = Object.freeze({ full: 13, unavailable: Object.freeze([5, 6, 8, 10, 14]), damaged: Object.freeze([11, 26]) });

const fullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG", "53100"]);

/** Codes of Node and classes of SQLSTATE that say that the storage did not answer, or could not do it this time. */
const unavailableCode =
  /^(E(AI_AGAIN|CONNABORTED|CONNREFUSED|CONNRESET|HOSTUNREACH|IO|MFILE|NETUNREACH|NFILE|NOTFOUND|PIPE|ROFS|TIMEDOUT)|08...|53...|57P..|58...|40001|40P01|55P03|25006|57014|25P03|57P05)$/;

/** The driver of PostgreSQL gives some of its errors no code. */
const unavailableMessage =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Connection ended)/i;

interface Coded {
  readonly code?: unknown;
  readonly errcode?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

const isCoded = (error: unknown): error is Coded => typeof error === "object" && error !== null;

/** The problem that an error of the storage is to clients; null for errors that are none of the storage's. */
export function storageFault(error: unknown): Problem | null {
  if (!isCoded(error)) return null;
  const { code, errcode, message } = error;
  const primary = typeof errcode === "number" ? errcode & 255 : -1;
  if (primary === sqlite.full || (typeof code === "string" && fullCodes.has(code))) return withCause(storageFull(), error);
  if (sqlite.damaged.includes(primary))
    return withCause(new Problem("storage_unavailable", "The database is damaged.", [], retryAfter), error);
  const unavailable =
    sqlite.unavailable.includes(primary) ||
    (typeof code === "string" && unavailableCode.test(code)) ||
    (typeof message === "string" && unavailableMessage.test(message));
  if (unavailable) return withCause(new Problem("storage_unavailable", "The storage did not answer.", [], retryAfter), error);
  return error.cause === undefined || error.cause === error ? null : storageFault(error.cause);
}

export const storageFull = (): Problem =>
  new Problem("storage_full", "There is no room left to keep what the request brings.", [], retryAfter);

/** Whether an error says that there is no room left. */
export function isFull(error: unknown): boolean {
  const found = error instanceof Problem ? error : storageFault(error);
  return found?.code === "storage_full";
}

/** What SQLite says of a database that is damaged; null of any other error. */
export function damageOf(error: unknown): string | null {
  if (!isCoded(error)) return null;
  const { errcode, message, cause } = error;
  if (typeof errcode === "number" && sqlite.damaged.includes(errcode & 255)) return String(message);
  return cause === undefined || cause === error ? null : damageOf(cause);
}

/** The reason stays with the problem for the log; clients do not see it. */
function withCause(problem: Problem, cause: unknown): Problem {
  problem.cause = cause;
  return problem;
}

const passingCodes: ReadonlySet<string> = new Set(["storage_unavailable", "storage_full", "storage_limit"]);

/** Whether an error is a passing one of the storage: the same call may succeed a little later. */
export const isPassing = (error: unknown): boolean => error instanceof Problem && passingCodes.has(error.code);

/** Whether a statement was refused since a row that it refers to is missing, or since another row refers to the one that was to go. */
export const breaksReference = (error: unknown): boolean => isCoded(error) && (error.code === "23503" || error.errcode === 787);

/** Runs what touches the storage; its faults become problems. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageFault(error) ?? error;
  }
}
