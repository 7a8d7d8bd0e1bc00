import { Worker } from "node:worker_threads";
import type { Ask, DatabaseFile, Reply, Result, Statement } from "./sqlite-protocol.ts";

/** A thread that ends is replaced with the next question, but not more often than this, in milliseconds. */
const restartMs = 1_000;

const usualScript = new URL("./sqlite-thread.ts", import.meta.url);

/** The same code as SQLite's when the disk fails: to those who ask, the storage does not answer. */
const unavailable = (message: string): Error => Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode: 10 });

/** Asks the thread of the database. When the thread ends, what was asked fails, and another one takes its place. */
export class SqliteClient {
  readonly #file: DatabaseFile;
  readonly #script: URL;
  readonly #asked = new Map<number, PromiseWithResolvers<Result>>();
  #worker: Worker | null = null;
  #startedAt = -Infinity;
  #questions = 0;
  #closed: Promise<void> | null = null;
  /** Counts the threads: what was begun in one is not there in the next. */
  thread = 0;

  constructor(file: DatabaseFile, script = usualScript) {
    this.#file = file;
    this.#script = script;
  }

  /** Runs statements one after the other; answers what came of the last. With `thread`, in no other thread than that. */
  async ask(statements: readonly Statement[], thread: number | null): Promise<Result> {
    if (this.#closed !== null) throw unavailable("The database is closed");
    const worker = this.#worker ?? this.#start();
    if (thread !== null && thread !== this.thread) throw unavailable("The thread with the transaction has ended");
    const id = ++this.#questions;
    const answer = Promise.withResolvers<Result>();
    // A process that waits for an answer does not end; one that waits for nothing does.
    if (this.#asked.size === 0) worker.ref();
    this.#asked.set(id, answer);
    worker.postMessage({ id, statements } satisfies Ask);
    return answer.promise;
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.ref();
    worker.postMessage(null);
    await ended;
  }

  #start(): Worker {
    const now = performance.now();
    if (now - this.#startedAt < restartMs) throw unavailable("The thread of the database has just ended");
    this.#startedAt = now;
    this.thread++;
    const worker = new Worker(this.#script, { workerData: this.#file });
    this.#worker = worker;
    worker.on("message", (reply: Reply) => this.#take(worker, reply));
    worker.on("error", () => undefined);
    worker.on("exit", () => {
      this.#worker = null;
      for (const { reject } of this.#asked.values()) reject(unavailable("The thread of the database has ended"));
      this.#asked.clear();
    });
    return worker;
  }

  #take(worker: Worker, reply: Reply): void {
    const asked = this.#asked.get(reply.id);
    this.#asked.delete(reply.id);
    if (this.#asked.size === 0) worker.unref();
    if ("result" in reply) asked?.resolve(reply.result);
    else asked?.reject(Object.assign(new Error(reply.fault.message), reply.fault));
  }
}
