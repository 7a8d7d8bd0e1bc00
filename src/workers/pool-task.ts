import type { Answer } from "../tasks/perform.ts";

/** A body in bytes that is longer is transferred and not copied, so that only the first worker ever has it. */
export const longestCopied = 256 * 1024;

/** A slot in use. It outlives its task when nobody waits for the answer any more or when the task was given to another worker. */
export interface Flight {
  readonly worker: { release(flight: Flight): void };
  readonly slot: number;
  readonly bytes: number;
  task: PoolTask | undefined;
  /** When a started task was cancelled, in milliseconds of performance.now(). */
  cancelledAt: number | undefined;
}

type Told = "name" | "parameters" | "body" | "bytes" | "owner" | "client" | "order" | "deadline" | "resolve" | "reject";

/** One request to the pool from its arrival to its answer: waiting in the queue, or in flight on a worker. */
export class PoolTask {
  readonly name: string;
  readonly parameters: unknown;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly bytes: number;
  /** Whose things the task may use. */
  readonly owner: string;
  /** In whose line it waits. */
  readonly client: string;
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
  /** How often the task has given way to those of others. */
  yields = 0;
  /** Neighbours in the line. */
  previous: PoolTask | undefined;
  next: PoolTask | undefined;
  /** Stops listening to the signal of whoever asked. */
  unlisten: (() => void) | undefined;

  constructor(task: Pick<PoolTask, Told>) {
    this.name = task.name;
    this.parameters = task.parameters;
    this.body = task.body;
    this.bytes = task.bytes;
    this.owner = task.owner;
    this.client = task.client;
    this.order = task.order;
    this.deadline = task.deadline;
    this.resolve = task.resolve;
    this.reject = task.reject;
  }

  /** Whether another worker can run it too: a body in bytes changes its owner when it is long. */
  get canBeginAnew(): boolean {
    return typeof this.body === "string" || this.bytes <= longestCopied;
  }
}

/** The tasks of one client in the order of arrival, linked through the tasks themselves, so that one in the middle leaves at no cost. */
class Line {
  readonly client: string;
  first: PoolTask | undefined;
  last: PoolTask | undefined;
  length = 0;
  /** Neighbours in the ring of lines. */
  before: Line = this;
  after: Line = this;

  constructor(client: string) {
    this.client = client;
  }

  /** Puts a task at its place: a new one at the end, one that comes back near the front. */
  add(task: PoolTask): void {
    let before = this.last;
    let after: PoolTask | undefined;
    if (before !== undefined && before.order > task.order) {
      after = this.first;
      while (after !== undefined && after.order < task.order) after = after.next;
      before = after?.previous;
    }
    task.previous = before;
    task.next = after;
    if (before) before.next = task;
    else this.first = task;
    if (after) after.previous = task;
    else this.last = task;
    this.length++;
  }

  remove(task: PoolTask): void {
    if (task.previous) task.previous.next = task.next;
    else this.first = task.next;
    if (task.next) task.next.previous = task.previous;
    else this.last = task.previous;
    task.previous = task.next = undefined;
    this.length--;
  }
}

/** Tasks that wait: a line for each client that has any, and the lines take turns. */
export class TaskQueue {
  readonly #lines = new Map<string, Line>();
  /** The line whose turn it is. */
  #next: Line | undefined;
  #length = 0;

  /** The task whose turn it is. */
  get first(): PoolTask | undefined {
    return this.#next?.first;
  }

  get length(): number {
    return this.#length;
  }

  /** The first task of each line, by whose turn it is: none behind it in the line has come before it. */
  *fronts(): Generator<PoolTask> {
    let line = this.#next;
    for (let left = this.#lines.size; left > 0 && line !== undefined; left--) {
      const { after, first } = line;
      if (first) yield first;
      line = after;
    }
  }

  add(task: PoolTask): void {
    (this.#lines.get(task.client) ?? this.#open(task.client)).add(task);
    this.#length++;
  }

  /** Takes the first task of a line out to be run: the next turn is that of the line behind. */
  take(task: PoolTask): void {
    this.#next = this.#lines.get(task.client)?.after;
    this.remove(task);
  }

  remove(task: PoolTask): void {
    const line = this.#lines.get(task.client);
    if (line === undefined) throw new Error("A task left the queue that was not in it");
    line.remove(task);
    this.#length--;
    if (line.length === 0) this.#close(line);
  }

  /** The last task of the longest line, if that is longer than the line of `client` would be with one more. */
  excessBeside(client: string): PoolTask | undefined {
    let longest: Line | undefined;
    for (const line of this.#lines.values()) if (longest === undefined || line.length > longest.length) longest = line;
    const own = this.#lines.get(client)?.length ?? 0;
    return longest !== undefined && longest.length > own + 1 ? longest.last : undefined;
  }

  /** A new line is the last one to have its turn. */
  #open(client: string): Line {
    const line = new Line(client);
    this.#lines.set(client, line);
    if (this.#next === undefined) this.#next = line;
    line.after = this.#next;
    line.before = this.#next.before;
    line.before.after = line;
    line.after.before = line;
    return line;
  }

  #close(line: Line): void {
    this.#lines.delete(line.client);
    if (this.#next === line) this.#next = line.after === line ? undefined : line.after;
    line.before.after = line.after;
    line.after.before = line.before;
  }
}
