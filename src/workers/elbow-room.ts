import type { PoolTask } from "./pool-task.ts";

/** A client whose long tasks have left a worker to others does so for this long, in milliseconds, after the last of the others came. */
const courtesyMs = 5_000;

/** A task that has given way so often is left to its end. */
const mostYields = 2;

/** What is to be known of a worker. */
interface Occupied {
  /** The task that has held it up for a while; undefined where there is none, or where nobody waits for it any more. */
  readonly longTask: PoolTask | undefined;
}

/**
 * Keeps clients with long tasks from having all workers while others wait, as nobody knows beforehand how long a task takes: where one
 * client's long tasks hold up every worker and another one waits, the youngest of them begins anew later, and for some time one worker is
 * left to the others. A client that is alone has all of them.
 */
export class ElbowRoom {
  #until = 0;

  /** Whether clients are looked at, which costs a little. */
  isAsked(now: number): boolean {
    return now < this.#until;
  }

  /** Whether a client's long tasks already have all workers but one. */
  isCrowding(client: string, workers: readonly Occupied[]): boolean {
    const others = workers.filter(({ longTask }) => longTask?.client !== client).length;
    return workers.length > 1 && others <= 1;
  }

  /** Somebody got a worker beside one whose long tasks have the others. */
  used(client: string, workers: readonly Occupied[], now: number): void {
    if (workers.some(({ longTask }) => longTask !== undefined && longTask.client !== client)) this.#until = now + courtesyMs;
  }

  /** The task that has to give way to one of those that wait, each the first one of its client; undefined where none has to. */
  whoGivesWay(workers: readonly Occupied[], waiting: IteratorObject<PoolTask>, now: number): PoolTask | undefined {
    const long = workers.flatMap(({ longTask }) => longTask ?? []);
    if (long.length < 2 || long.length < workers.length) return undefined;
    const byClient = Map.groupBy(long, ({ client }) => client);
    if (waiting.every(({ client }) => byClient.has(client))) return undefined;
    const [most] = [...byClient.values()].toSorted((a, b) => b.length - a.length);
    if (most.length < 2) return undefined;
    this.#until = now + courtesyMs;
    return most.filter(({ yields, canBeginAnew }) => canBeginAnew && yields < mostYields).toSorted((a, b) => b.order - a.order)[0];
  }
}
