import { noParameters, type Task } from "../tasks/define.ts";
import type { Answer } from "../tasks/perform.ts";
import { Problem, problem } from "../problems/problems.ts";
import { everyone } from "../program/registry.ts";
import type { TraceParent } from "../tracing/tracing.ts";
import { travelling } from "./pool-body.ts";

import { ElbowRoom } from "./elbow-room.ts";
import { StartBackoff } from "./pool-start.ts";
import { PoolTask, TaskQueue } from "./pool-task.ts";
import { type ThreadsInUse, threadsInUse } from "./thread-budget.ts";
import { PoolWorker, type PoolWorkerEvents, type PoolWorkerOptions } from "./pool-worker.ts";

/** How often deadlines and held-up workers are looked at, in milliseconds. */
const sweepEvery = 10;

/** A task that was in flight on this many workers that died is given up: it may be what kills them. */
const mostDeaths = 2;

const noBody = new Uint8Array(0);

/** Something for the log: an unforeseen error in a task, or the end of a thread. `task` is a task's name. */
export interface WorkerTrouble {
  readonly kind: "task" | "thread";
  readonly task: string | undefined;
  readonly trace: string;
}

export interface WorkerPoolOptions extends PoolWorkerOptions {
  /** How many threads. */
  readonly workers: number;
  /** How many tasks may wait for a worker. */
  readonly queueLimit: number;
  /** How long a task may take from its arrival, in milliseconds. */
  readonly deadlineMs: number;
  /** How long a worker may go on with a cancelled task before its thread is ended, in milliseconds. */
  readonly graceMs: number;
  readonly onWorkerError?: (trouble: WorkerTrouble) => void;
}

/** The part of an AbortSignal that the pool uses: a whole one per request costs the event loop more than all that a small task does there. */
export interface StopSignal {
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** On whose behalf a task runs. */
export interface Caller {
  /** Tells when nobody waits for the answer any more. */
  readonly signal?: StopSignal | undefined;
  /** Whose registered things the task may use; unless told, only those that are everybody's. */
  readonly owner?: string;
  /** Who waits: when tasks have to, clients take turns. */
  readonly client?: string;
  /** The span that the task is a part of. */
  readonly traceparent?: TraceParent | undefined;
}

/** Those who perform tasks. */
export type Workers = Pick<WorkerPool, "run">;

export interface PoolStats {
  /** Threads that can take tasks. */
  readonly workers: number;
  /** Threads with tasks in flight. */
  readonly busy: number;
  /** Tasks that wait for a worker. */
  readonly queued: number;
  /** Tasks answered so far. */
  readonly completed: number;
  /** Threads that ended and were replaced so far. */
  readonly replaced: number;
}

/**
 * Runs tasks on worker threads: a task travels as its name, its parameters and the bytes of its body, and everything else happens in the worker (see `serve`).
 * Tasks that arrive in one turn of the event loop share a message per worker.
 */
export class WorkerPool implements AsyncDisposable {
  readonly #options: WorkerPoolOptions;
  readonly #queue = new TaskQueue();
  readonly #room = new ElbowRoom();
  readonly #workers: PoolWorker[] = [];
  readonly #events: PoolWorkerEvents;
  readonly #inUse: ThreadsInUse;
  readonly #starts: StartBackoff;
  readonly #ready = Promise.withResolvers<void>();
  readonly #drained = Promise.withResolvers<void>();
  #arrivals = 0;
  /** Whether clients with long tasks have to leave a worker to others. */
  #isCrowded = false;
  #unanswered = 0;
  #completed = 0;
  #replaced = 0;
  #sweeping: NodeJS.Timeout | undefined;
  #dispatching: NodeJS.Immediate | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#ready.promise.catch(() => {});
    this.#events = {
      ready: () => {
        this.#ready.resolve();
        this.#dispatch();
      },
      answered: (task, answer) => {
        this.#starts.succeeded();
        this.#completed++;
        this.#forget(task);
        task.resolve(answer);
      },
      failed: (task, trace) => options.onWorkerError?.({ kind: task === undefined ? "thread" : "task", task: task?.name, trace }),
      idler: () => this.#dispatch(),
      ended: (worker, code) => this.#replace(worker, code),
    };
    this.#inUse = threadsInUse(options.workers);
    this.#starts = new StartBackoff(() => this.#startWorker());
    for (let started = 0; started < options.workers; started++) this.#starts.startNow();
  }

  /** Fulfilled once a worker can take tasks; rejected when workers keep ending before they can. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Whether tasks can be run now. */
  get isReady(): boolean {
    return this.#closed === undefined && this.#workers.some((worker) => worker.isReady);
  }

  stats(): PoolStats {
    return {
      workers: this.#workers.filter((worker) => worker.isReady).length,
      busy: this.#workers.filter((worker) => worker.load > 0).length,
      queued: this.#queue.length,
      completed: this.#completed,
      replaced: this.#replaced,
    };
  }

  /**
   * Runs a task with its parameters on `body`, which is UTF-8 text and whose memory is given away. What goes wrong inside the task is
   * an answer. Rejects with the signal's reason, or with a Problem: `invalid_encoding`, `overloaded`, `deadline_exceeded`,
   * `worker_lost` or `shutting_down`.
   */
  run<Parameters, Facts>(
    { name, parameters: schema }: Task<Parameters, Facts>,
    parameters: NoInfer<Parameters>,
    body: Uint8Array = noBody,
    { signal, owner = everyone, client = "" }: Caller = {},
  ): Promise<Answer<Facts>> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      this.#requireRoom(client);
      const task = new PoolTask({
        name,
        // An object costs more to hand over than nothing.
        parameters: schema === noParameters ? null : parameters,
        body: travelling(body),
        bytes: body.byteLength,
        owner,
        client,
        order: ++this.#arrivals,
        deadline: performance.now() + this.#options.deadlineMs,
        // The worker performs the task of this name, whose facts these are.
        resolve: resolve as (answer: Answer) => void,
        reject,
      });
      if (signal) this.#listen(task, signal);
      this.#unanswered++;
      this.#queue.add(task);
      this.#sweeping ??= setInterval(() => this.#sweep(), sweepEvery).unref();
      this.#dispatching ??= setImmediate(() => this.#dispatch());
    });
  }

  /**
   * Takes no more tasks, waits for those it has, and ends the threads. Tasks that are not answered after `drainMs` milliseconds
   * reject with `shutting_down`; by default each has until its own deadline.
   */
  close({ drainMs = this.#options.deadlineMs + this.#options.graceMs }: { drainMs?: number } = {}): Promise<void> {
    return (this.#closed ??= this.#drainAndEnd(drainMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #drainAndEnd(drainMs: number): Promise<void> {
    const impatience = setTimeout(() => this.#failAll(() => shuttingDown()), drainMs).unref();
    if (this.#unanswered === 0) this.#drained.resolve();
    await this.#drained.promise;
    clearTimeout(impatience);
    clearInterval(this.#sweeping);
    clearImmediate(this.#dispatching);
    this.#starts.stop();
    await Promise.all(this.#workers.map((worker) => worker.end()));
    this.#ready.reject(shuttingDown());
  }

  /** Where the queue is full, room is made at the cost of whoever has most tasks in it. */
  #requireRoom(client: string): void {
    if (this.#closed !== undefined) throw shuttingDown();
    if (this.#starts.isHopeless && !this.isReady) throw noWorkers();
    // Tasks of this turn may be in the queue only because they have not been handed over yet.
    if (this.#queue.length >= this.#options.queueLimit) this.#dispatch();
    if (this.#queue.length >= this.#options.queueLimit) {
      const excess = this.#queue.excessBeside(client);
      if (excess === undefined) throw this.#overloaded();
      this.#fail(excess, this.#overloaded());
    }
  }

  #overloaded(): Problem {
    return new Problem("overloaded", `${this.#queue.length} requests are waiting already`, [], 1);
  }

  #listen(task: PoolTask, signal: StopSignal): void {
    const abort = (): void => this.#fail(task, signal.reason);
    signal.addEventListener("abort", abort);
    task.unlisten = () => signal.removeEventListener("abort", abort);
  }

  #startWorker(): void {
    const taken = new Set(this.#workers.map(({ place }) => place));
    let place = 0;
    while (taken.has(place)) place++;
    // What a worker that died held is free again.
    Atomics.store(this.#inUse, place, 0);
    const account = this.#options.memory?.placeOf(place) ?? 0;
    const threads = { most: this.#options.threads ?? 1, inUse: this.#inUse, worker: place, account };
    this.#workers.push(new PoolWorker(this.#options, threads, this.#events));
  }

  /** Hands waiting tasks to the least loaded workers, short ones several at a time, as long as the first one in line finds room. */
  #dispatch(): void {
    clearImmediate(this.#dispatching);
    this.#dispatching = undefined;
    let worker: PoolWorker | undefined;
    for (let task = this.#nextTask(); task !== undefined; task = this.#nextTask()) {
      if (worker?.takesAlong(task.bytes) !== true) worker = this.#leastLoaded(task.bytes);
      if (worker === undefined) break;
      this.#queue.take(task);
      worker.assign(task);
      if (this.#isCrowded) this.#room.used(task.client, this.#workers, performance.now());
    }
    for (const worker of this.#workers) worker.send();
  }

  #nextTask(): PoolTask | undefined {
    if (!this.#isCrowded) return this.#queue.first;
    return this.#queue.fronts().find(({ client }) => !this.#room.isCrowding(client, this.#workers));
  }

  #leastLoaded(bytes: number): PoolWorker | undefined {
    let best: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.hasRoomFor(bytes) && (best === undefined || worker.load < best.load)) best = worker;
    }
    return best;
  }

  #sweep(): void {
    const now = performance.now();
    const { deadlineMs, graceMs } = this.#options;
    // Tasks have one time limit, so in each line the first one's deadline is the next.
    for (const front of this.#queue.fronts()) {
      for (let task: PoolTask | undefined = front; task !== undefined && task.deadline <= now;) {
        const following: PoolTask | undefined = task.next;
        this.#failLate(task);
        task = following;
      }
    }
    for (const worker of this.#workers) {
      for (const task of worker.tasks()) if (task.deadline <= now) this.#failLate(task);
      for (const task of worker.takeBackIfHeldUp(now)) this.#queue.add(task);
      if (worker.isSilent(now, { afterCancel: graceMs, altogether: deadlineMs + graceMs })) void worker.end();
    }
    this.#makeRoom(now);
    this.#dispatch();
    if (this.#unanswered > 0 || this.#workers.some((worker) => worker.load > 0)) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  /** Where one client's long tasks have all workers, one of them gives way to whoever else waits. */
  #makeRoom(now: number): void {
    const task = this.#queue.length === 0 ? undefined : this.#room.whoGivesWay(this.#workers, this.#queue.fronts(), now);
    if (task?.flight !== undefined) {
      task.flight.worker.release(task.flight);
      task.flight = undefined;
      task.yields++;
      this.#queue.add(task);
    }
    this.#isCrowded = this.#room.isAsked(now);
  }

  /** After a thread has ended: what it had begun is lost, the rest runs elsewhere. */
  #replace(worker: PoolWorker, code: number): void {
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    this.#options.memory?.ledger.clear(this.#options.memory.placeOf(worker.place));
    if (this.#closed !== undefined && this.#unanswered === 0) return;
    const spared = worker.takeSpared();
    const lost = [...worker.tasks()];
    this.#options.onWorkerError?.({ kind: "thread", task: lost[0]?.name, trace: `A worker thread ended with exit code ${code}` });
    const cause = worker.isOutOfMemory ? "ran out of memory and has ended: ask for less at once" : "has ended";
    for (const task of lost) this.#fail(task, problem("worker_lost", `The thread that ran this request ${cause}`));
    for (const task of spared) {
      this.#queue.add(task);
      if (++task.deaths >= mostDeaths) this.#fail(task, problem("worker_lost", "The threads that were to run this request have ended"));
    }
    this.#replaced++;
    if (worker.hasWorked) this.#starts.startNow();
    else this.#starts.startLater();
    if (this.#starts.isHopeless && !this.isReady) {
      this.#ready.reject(noWorkers());
      this.#failAll(() => noWorkers());
    }
    this.#dispatch();
  }

  #failAll(reason: () => Problem): void {
    for (let task = this.#queue.first; task !== undefined; task = this.#queue.first) this.#fail(task, reason());
    for (const worker of this.#workers) for (const task of worker.tasks()) this.#fail(task, reason());
  }

  #failLate(task: PoolTask): void {
    this.#fail(task, problem("deadline_exceeded", `The request was not finished within ${this.#options.deadlineMs} ms`));
  }

  #fail(task: PoolTask, reason: unknown): void {
    if (task.flight) task.flight.worker.release(task.flight);
    else this.#queue.remove(task);
    this.#forget(task);
    task.reject(reason);
  }

  #forget(task: PoolTask): void {
    task.unlisten?.();
    if (--this.#unanswered === 0 && this.#closed !== undefined) this.#drained.resolve();
  }
}

const shuttingDown = (): Problem => problem("shutting_down", "The service is stopping and takes no new work");
const noWorkers = (): Problem => problem("worker_lost", "No worker thread can be started");
