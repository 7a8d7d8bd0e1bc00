import type { Answer } from "../tasks/perform.ts";

/** A slot in use. It outlives its task when nobody waits for the answer any more or when the task was given to another worker. */
export interface Flight {
  readonly worker: { release(flight: Flight): void };
  readonly slot: number;
  readonly bytes: number;
  task: PoolTask | undefined;
  /** When a started task was cancelled, in milliseconds of performance.now(). */
  cancelledAt: number | undefined;
}

/** One request to the pool from its arrival to its answer: waiting in the queue, or in flight on a worker. */
export class PoolTask {
  readonly name: string;
  readonly parameters: unknown;
  readonly body: string | Uint8Array;
  readonly bytes: number;
  /** The task's place in the order of arrival. */
  readonly order: number;
  /** In milliseconds of performance.now(). */
  readonly deadline: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
  /** Where the task is in flight; undefined while it waits. */
  flight: Flight | undefined;
  /** How many workers have died under the task. */
  deaths = 0;
  /** Neighbours in the queue. */
  previous: PoolTask | undefined;
  next: PoolTask | undefined;
  /** Stops listening to the signal of whoever asked. */
  unlisten: (() => void) | undefined;

  constructor(task: Pick<PoolTask, "name" | "parameters" | "body" | "bytes" | "order" | "deadline" | "resolve" | "reject">) {
    this.name = task.name;
    this.parameters = task.parameters;
    this.body = task.body;
    this.bytes = task.bytes;
    this.order = task.order;
    this.deadline = task.deadline;
    this.resolve = task.resolve;
    this.reject = task.reject;
  }
}

/** Tasks in the order of arrival, linked through the tasks themselves, so that one in the middle leaves at no cost. */
export class TaskQueue {
  #first: PoolTask | undefined;
  #last: PoolTask | undefined;
  #length = 0;

  get first(): PoolTask | undefined {
    return this.#first;
  }

  get length(): number {
    return this.#length;
  }

  /** Puts a task at its place in the order of arrival: a new one at the end, one that comes back near the front. */
  add(task: PoolTask): void {
    if (this.#last === undefined || this.#last.order < task.order) {
      this.#link(this.#last, task, undefined);
      return;
    }
    let after = this.#first;
    while (after !== undefined && after.order < task.order) after = after.next;
    this.#link(after?.previous, task, after);
  }

  remove(task: PoolTask): void {
    if (task.previous) task.previous.next = task.next;
    else this.#first = task.next;
    if (task.next) task.next.previous = task.previous;
    else this.#last = task.previous;
    task.previous = task.next = undefined;
    this.#length--;
  }

  #link(before: PoolTask | undefined, task: PoolTask, after: PoolTask | undefined): void {
    task.previous = before;
    task.next = after;
    if (before) before.next = task;
    else this.#first = task;
    if (after) after.previous = task;
    else this.#last = task;
    this.#length++;
  }
}
