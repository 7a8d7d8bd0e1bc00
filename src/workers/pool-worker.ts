import type { Answer } from "../tasks/perform.ts";
import { type ResourceLimits, Worker } from "node:worker_threads";
import { freeAtOnce } from "../memory/garbage.ts";
import { eventLoop, type Ledger } from "../memory/ledger.ts";
import { CrewHost } from "./crew-host.ts";
import {
  type AnswerBatch,
  CANCELLED,
  DONE,
  QUEUED,
  REVOKED,
  type Slots,
  STARTED,
  type TaskBatch,
  type Enrolment,
  type ThreadAllowance,
  type WorkerMessage,
} from "./pool-protocol.ts";
import { type Flight, longestCopied, type PoolTask } from "./pool-task.ts";

/** Tasks that may be in flight on one worker: enough to keep it busy while messages travel. */
const slotsPerWorker = 16;

/** Bytes that may be in flight on one worker. A body above it is alone with its worker. */
const bytesPerWorker = longestCopied;

/** Tasks that are assigned in one turn share a message as long as they will be done within this time, in milliseconds. */
const longestMessage = 0.1;

/** So much work in flight keeps a worker busy while messages travel, in milliseconds. */
const longestAhead = 4;

/** A worker that hands nothing back for this long, in milliseconds, is held up by a long task. */
const heldUpAfter = 20;

/** What a worker tells its pool. */
export interface PoolWorkerEvents {
  ready(): void;
  answered(task: PoolTask, answer: Answer): void;
  failed(task: PoolTask | undefined, trace: string): void;
  /** After a message was read: there may be room for more. */
  idler(): void;
  ended(worker: PoolWorker, code: number): void;
}

export interface PoolWorkerOptions {
  readonly script: URL;
  readonly workerData?: unknown;
  readonly resourceLimits?: ResourceLimits;
  /** Threads that may work on one large kernel: see crew.ts. One unless told. */
  readonly threads?: number;
  /** Whether answers tell when they were worked on. */
  readonly isTimed?: boolean;
  /** Where it is counted what threads hold. */
  readonly memory?: { readonly ledger: Ledger; readonly placeOf: (worker: number) => number };
}

/** The event loop's side of one thread: its slots, what is in flight in them, and the messages. */
export class PoolWorker {
  readonly #thread: Worker;
  readonly #events: PoolWorkerEvents;
  /** Which of the pool's workers this is. */
  readonly place: number;
  readonly #memory: PoolWorkerOptions["memory"];
  readonly #slots: Slots = new Int32Array(new SharedArrayBuffer(slotsPerWorker * Int32Array.BYTES_PER_ELEMENT));
  readonly #flights = new Map<number, Flight>();
  readonly #freeSlots = Array.from({ length: slotsPerWorker }, (_, slot) => slot);
  #bytesInFlight = 0;
  /** How long a task has taken lately, in milliseconds. */
  #usual = Number.POSITIVE_INFINITY;
  /** The same without haste: a pause now and then is no reason to have less in flight. */
  #average = 0;
  #outbox: TaskBatch = emptyBatch();
  #transfers: ArrayBuffer[] = [];
  #isReady = false;
  #isHeldUp = false;
  #lastProgress = 0;
  #hasAnswered = false;
  #isOutOfMemory = false;
  #crew: CrewHost | undefined;
  #end: Promise<unknown> | undefined;

  constructor(
    { script, workerData, resourceLimits, memory, isTimed = false }: PoolWorkerOptions,
    threads: ThreadAllowance,
    events: PoolWorkerEvents,
  ) {
    this.#events = events;
    this.place = threads.worker;
    this.#memory = memory;
    this.#thread = new Worker(script, { workerData, ...(resourceLimits && { resourceLimits }) });
    this.#thread.on("message", (message: WorkerMessage) => this.#read(message));
    this.#thread.on("error", (error: unknown) => {
      this.#isOutOfMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
      events.failed(undefined, error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    // What cannot be read cannot be matched to its slot: start afresh.
    this.#thread.on("messageerror", () => void this.end());
    this.#thread.on("exit", (code) => {
      this.#isReady = false;
      const ended = (): void => events.ended(this, code);
      // The memory of the thread is free when nobody of its crew is left that has seen it.
      if (this.#crew === undefined) ended();
      else void this.#crew.end().then(ended, ended);
    });
    this.#thread.postMessage({ slots: this.#slots, threads, isTimed } satisfies Enrolment);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether the thread has ever got as far as running a task. */
  get hasWorked(): boolean {
    return this.#hasAnswered || this.#flights.values().some(({ slot }) => !this.#isUntouched(slot));
  }

  /** Whether the thread ended because its objects outgrew its heap. */
  get isOutOfMemory(): boolean {
    return this.#isOutOfMemory;
  }

  get load(): number {
    return this.#flights.size;
  }

  hasRoomFor(bytes: number): boolean {
    if (!this.#isReady || this.#isHeldUp) return false;
    if (this.load === 0) return true;
    // What is in flight has had its turn: who comes then waits behind it.
    if (this.load * this.#average > longestAhead) return false;
    return this.load < slotsPerWorker && this.#bytesInFlight + bytes <= bytesPerWorker;
  }

  /**
   * Whether a task would better go with those that wait for the next `send` than to another thread: small ones are done here before
   * another has been woken.
   */
  takesAlong(bytes: number): boolean {
    return this.hasRoomFor(bytes) && (this.#outbox.slots.length + 1) * this.#usual <= longestMessage;
  }

  /** Puts a task in flight; it travels with the next `send`. */
  assign(task: PoolTask): void {
    const slot = this.#freeSlots.pop();
    if (slot === undefined) throw new Error("A worker was assigned more tasks than it has slots");
    if (this.load === 0) this.#lastProgress = performance.now();
    task.flight = { worker: this, slot, bytes: task.bytes, task, cancelledAt: undefined };
    this.#flights.set(slot, task.flight);
    this.#bytesInFlight += task.bytes;
    Atomics.store(this.#slots, slot, QUEUED);
    this.#outbox.slots.push(slot);
    this.#outbox.names.push(task.name);
    this.#outbox.parameters.push(task.parameters);
    this.#outbox.owners.push(task.owner);
    this.#outbox.bodies.push(task.body);
    if (typeof task.body !== "string" && !task.canBeginAnew) this.#transfers.push(task.body.buffer);
  }

  send(): void {
    if (this.#outbox.slots.length === 0) return;
    this.#thread.postMessage(this.#outbox, this.#transfers);
    this.#outbox = emptyBatch();
    this.#transfers = [];
  }

  /** Nobody waits for a flight's answer any more: takes it back when it has not started, else asks it to stop. */
  release(flight: Flight): void {
    flight.task = undefined;
    if (this.#takeBack(flight.slot)) return;
    if (Atomics.compareExchange(this.#slots, flight.slot, STARTED, CANCELLED) === STARTED) flight.cancelledAt = performance.now();
  }

  /** The tasks in flight. */
  *tasks(): Generator<PoolTask> {
    for (const { task } of this.#flights.values()) if (task) yield task;
  }

  /** The task that holds the worker up, as long as somebody waits for it. */
  get longTask(): PoolTask | undefined {
    if (!this.#isHeldUp) return undefined;
    return this.#flights.values().find(({ slot }) => this.#isRunning(slot))?.task;
  }

  /** When the worker is held up, takes back what waits behind the long task. Such a worker gets nothing new until it answers. */
  takeBackIfHeldUp(now: number): PoolTask[] {
    // A thread that is silent without having started anything has not been given the processor yet, and will begin at once.
    this.#isHeldUp = now - this.#lastProgress > heldUpAfter && this.#flights.values().some(({ slot }) => this.#isRunning(slot));
    if (!this.#isHeldUp) return [];
    return this.#detach((slot, task) => task.canBeginAnew && (this.#takeBack(slot) || this.#isDone(slot)));
  }

  /** Whether a cancelled task, or the thread altogether, has kept silent for too long, in milliseconds. */
  isSilent(now: number, { afterCancel, altogether }: { afterCancel: number; altogether: number }): boolean {
    if (this.load === 0) return false;
    if (now - this.#lastProgress > altogether) return true;
    return this.#flights
      .values()
      .some(({ slot, cancelledAt }) => cancelledAt !== undefined && now - cancelledAt > afterCancel && !this.#isDone(slot));
  }

  /** After the thread has ended: the tasks that it had not begun or had finished without telling, which can run elsewhere. */
  takeSpared(): PoolTask[] {
    return this.#detach((slot, task) => task.canBeginAnew && (this.#isUntouched(slot) || this.#isDone(slot)));
  }

  /** Ends the thread wherever it is. */
  end(): Promise<unknown> {
    this.#isReady = false;
    // Asked again and again until it has ended, which takes as long as one uninterruptible step.
    return (this.#end ??= this.#thread.terminate());
  }

  #read(message: WorkerMessage): void {
    if (message === "ready") {
      this.#isReady = true;
      this.#events.ready();
      return;
    }
    if ("crew" in message) {
      void this.#crew?.end();
      this.#crew = message.crew === null ? undefined : new CrewHost(message.crew);
      return;
    }
    this.#hasAnswered = true;
    this.#isHeldUp = false;
    this.#lastProgress = performance.now();
    const usual = message.milliseconds / message.slots.length;
    this.#average += (usual - this.#average) * Math.min(0.5, 0.2 * message.slots.length);
    // One long task counts at once, and is forgotten after some short ones.
    this.#usual = Math.max(usual, Number.isFinite(this.#usual) ? 0.9 * this.#usual + 0.1 * usual : usual);
    for (let at = 0; at < message.slots.length; at++) this.#land(message, at);
    this.#events.idler();
  }

  #land({ slots, statuses, contentTypes, bodies, facts, operations, traces, times }: AnswerBatch, at: number): void {
    const slot = slots[at];
    const flight = this.#flights.get(slot);
    if (flight === undefined) throw new Error("A worker handed back a slot that is not in use");
    this.#flights.delete(slot);
    this.#freeSlots.push(slot);
    this.#bytesInFlight -= flight.bytes;
    if (statuses[at] === 0) return;
    const release = this.#takeOver(bodies[at]);
    if (traces[at] !== "") this.#events.failed(flight.task, traces[at]);
    if (flight.task === undefined) {
      release?.();
      return;
    }
    const answer = {
      status: statuses[at],
      contentType: contentTypes[at],
      body: bodies[at],
      facts: facts[at],
      ...(release && { release }),
      operations: operations[at],
    };
    const run = times.length === 0 ? undefined : { began: times[2 * at], ended: times[2 * at + 1], worker: this.place };
    this.#events.answered(flight.task, run === undefined ? answer : { ...answer, run });
  }

  /** A long answer's memory is the event loop's from now on: says how it is given back, once. */
  #takeOver(body: string | Uint8Array): (() => void) | undefined {
    if (typeof body === "string" || this.#memory === undefined) return undefined;
    const { ledger, placeOf } = this.#memory;
    const held = body.byteLength;
    ledger.move(placeOf(this.place), eventLoop, held);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      freeAtOnce(body);
      ledger.give(eventLoop, held);
    };
  }

  #detach(isFree: (slot: number, task: PoolTask) => boolean): PoolTask[] {
    const detached: PoolTask[] = [];
    for (const flight of this.#flights.values()) {
      const { slot, task } = flight;
      if (task === undefined || !isFree(slot, task)) continue;
      flight.task = undefined;
      task.flight = undefined;
      detached.push(task);
    }
    return detached;
  }

  #takeBack(slot: number): boolean {
    return Atomics.compareExchange(this.#slots, slot, QUEUED, REVOKED) === QUEUED;
  }

  #isUntouched(slot: number): boolean {
    const state = Atomics.load(this.#slots, slot);
    return state === QUEUED || state === REVOKED;
  }

  #isRunning(slot: number): boolean {
    const state = Atomics.load(this.#slots, slot);
    return state === STARTED || state === CANCELLED;
  }

  #isDone(slot: number): boolean {
    return Atomics.load(this.#slots, slot) === DONE;
  }
}

const emptyBatch = (): TaskBatch => ({ slots: [], names: [], parameters: [], owners: [], bodies: [] });
