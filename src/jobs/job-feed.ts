/** What many wait for is read once: all who follow one job share what is read of it until there is news. */
import type { StopSignal } from "../workers/pool.ts";
import { type Job, type JobEvent, type JobStore, isFinal } from "./contract.ts";

/** Events of one page. */
const pageSize = 200;

/** Pages that are kept of one job: most followers want the same, those who come back other ones. */
const mostPages = 8;

/** So many followers are told in one turn of the event loop: others come in between. */
const toldAtOnce = 50;

/** A page as its readers want it. */
export interface FeedPage<Written> {
  readonly written: Written;
  /** The last event of the page; undefined where there is none. */
  readonly latest: JobEvent | undefined;
  readonly hasMore: boolean;
}

export type JobReader = Pick<JobStore, "events" | "get" | "watch">;

/** The feeds of all jobs that somebody follows in this process. `write` makes of a page what its readers want, once for all of them. */
export class JobFeeds<Written> {
  readonly #jobs: JobReader;
  readonly #write: (events: readonly JobEvent[]) => Written;
  readonly #feeds = new Map<string, JobFeed<Written>>();

  constructor(jobs: JobReader, write: (events: readonly JobEvent[]) => Written) {
    this.#jobs = jobs;
    this.#write = write;
  }

  /** Follows from now on: what is read afterwards, and what is told, together miss nothing. `ends` say that nobody is left to tell. */
  follow(id: string, ends: readonly StopSignal[]): JobFollower<Written> {
    const feed = this.#feeds.get(id) ?? new JobFeed(this.#jobs, id, this.#write);
    this.#feeds.set(id, feed);
    return new JobFollower(feed, ends, () => {
      if (feed.isEmpty && this.#feeds.get(id) === feed) this.#feeds.delete(id);
    });
  }

  /** Waits until a job is over, for so many seconds at the most, and answers the job as it is then. */
  async untilOver(id: string, seconds: number, ends: readonly StopSignal[]): Promise<Job> {
    const deadline = performance.now() + 1000 * seconds;
    using follower = this.follow(id, ends);
    for (;;) {
      const job = await follower.job();
      const left = deadline - performance.now();
      if (isFinal(job.status)) return job;
      if (follower.isOver || left <= 0) return await this.#jobs.get(id);
      await follower.news(left);
    }
  }
}

/** One job, and those who follow it. */
class JobFeed<Written> {
  readonly #jobs: JobReader;
  readonly #id: string;
  readonly #write: (events: readonly JobEvent[]) => Written;
  readonly #followers = new Set<() => void>();
  readonly #toTell = new Set<() => void>();
  #telling: NodeJS.Immediate | undefined;
  #unwatch = (): void => {};
  #pages = new Map<number, Promise<FeedPage<Written>>>();
  #job: Promise<Job> | null = null;

  constructor(jobs: JobReader, id: string, write: (events: readonly JobEvent[]) => Written) {
    this.#jobs = jobs;
    this.#id = id;
    this.#write = write;
  }

  get isEmpty(): boolean {
    return this.#followers.size === 0;
  }

  add(ring: () => void): void {
    if (this.isEmpty) this.#unwatch = this.#jobs.watch(this.#id, () => this.#news());
    this.#followers.add(ring);
  }

  remove(ring: () => void): void {
    this.#followers.delete(ring);
    this.#toTell.delete(ring);
    if (this.isEmpty) this.#unwatch();
  }

  /** The events behind a number. */
  page(after: number): Promise<FeedPage<Written>> {
    const kept = this.#pages.get(after);
    if (kept !== undefined) return kept;
    const reading = this.#jobs.events(this.#id, { after, limit: pageSize }).then(({ data, has_more }) => ({
      written: this.#write(data),
      latest: data.at(-1),
      hasMore: has_more,
    }));
    this.#pages.set(after, reading);
    const [oldest] = this.#pages.keys();
    if (oldest !== undefined && this.#pages.size > mostPages) this.#pages.delete(oldest);
    // What could not be read is read again for the next who asks.
    reading.catch(() => this.#pages.delete(after));
    return reading;
  }

  job(): Promise<Job> {
    const reading = this.#job ?? this.#jobs.get(this.#id);
    this.#job = reading;
    reading.catch(() => (this.#job = null));
    return reading;
  }

  #news(): void {
    this.#pages = new Map();
    this.#job = null;
    for (const ring of this.#followers) this.#toTell.add(ring);
    if (this.#telling === undefined) this.#tell();
  }

  #tell(): void {
    let left = toldAtOnce;
    for (const ring of this.#toTell) {
      if (left-- === 0) break;
      this.#toTell.delete(ring);
      ring();
    }
    this.#telling = this.#toTell.size === 0 ? undefined : setImmediate(() => this.#tell());
  }
}

/** One who waits for news of a job. */
export class JobFollower<Written> implements Disposable {
  readonly #feed: JobFeed<Written>;
  readonly #ends: readonly StopSignal[];
  readonly #left: () => void;
  readonly #ring = (): void => this.#bell.resolve(true);
  #bell = Promise.withResolvers<true>();

  constructor(feed: JobFeed<Written>, ends: readonly StopSignal[], left: () => void) {
    this.#feed = feed;
    this.#ends = ends;
    this.#left = left;
    feed.add(this.#ring);
    for (const end of ends) end.addEventListener("abort", this.#ring);
  }

  /** Whether there is nobody left to tell, or no time left to do so. */
  get isOver(): boolean {
    return this.#ends.some(({ reason }) => reason !== undefined);
  }

  page(after: number): Promise<FeedPage<Written>> {
    return this.#feed.page(after);
  }

  job(): Promise<Job> {
    return this.#feed.job();
  }

  /** Waits until there may be something new, or for so many milliseconds. Answers whether there may be. */
  async news(milliseconds: number): Promise<boolean> {
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(late.resolve, milliseconds, false);
    const isNew = this.isOver || (await Promise.race([this.#bell.promise, late.promise]));
    clearTimeout(timer);
    if (isNew) this.#bell = Promise.withResolvers();
    return isNew;
  }

  [Symbol.dispose](): void {
    this.#feed.remove(this.#ring);
    for (const end of this.#ends) end.removeEventListener("abort", this.#ring);
    this.#left();
  }
}
