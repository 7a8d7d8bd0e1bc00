import { MessageChannel, type MessagePort } from "node:worker_threads";
import { type Crew, mostThreads, type Workspace } from "../kernels/workspace.ts";
import { problem } from "../problems/problems.ts";
import type { ThreadBudget } from "./thread-budget.ts";
import {
  awaitChange,
  BLOCK,
  BROKEN,
  type CrewLink,
  type CrewMemory,
  KERNEL,
  mailOf,
  nothing,
  PENDING,
  READY,
  SHARES,
  type Sheet,
  sheetBytes,
  sheetOn,
  ticketOf,
} from "./crew-link.ts";

/** Below this, in nanoseconds, a share of work is not worth another thread. */
const leastShare = 20_000;

/** Who starts and ends the members' threads, from a thread that does not wait for them. */
export interface RemoteHost {
  readonly recruit: (link: CrewLink) => void;
  readonly dismiss: () => void;
}

/** Shares the work of kernels among this thread and others, which stay when the memory that they work on is another. */
export class LeadingCrew implements Crew {
  readonly #members: number;
  readonly #budget: ThreadBudget;
  readonly #host: RemoteHost;
  /** At most so many threads work on one kernel, this one included. */
  most: number;
  #sheet: Sheet;
  #mail: readonly MessagePort[] = [];
  /** The memory that members were mailed, and how many of them, counted from the first. */
  #space: Workspace | null = null;
  #mailed = 0;
  #kernels: readonly string[] = [];
  #shared = 0;

  /** `threads` at most work on one kernel, this one included. The others are asked for when there is the first work to share. */
  constructor(threads: number, budget: ThreadBudget, host: RemoteHost) {
    this.most = Math.min(threads, mostThreads);
    this.#members = this.most - 1;
    this.#budget = budget;
    this.#host = host;
    this.#sheet = this.#blank();
  }

  /** How many members have started. */
  get ready(): number {
    return Atomics.load(this.#sheet, READY);
  }

  /** How often work was shared. */
  get shared(): number {
    return this.#shared;
  }

  /** Asks for the members, unless they were asked for already. */
  recruit(): void {
    if (this.#mail.length > 0) return;
    const channels = Array.from({ length: this.#members }, () => new MessageChannel());
    this.#mail = channels.map(({ port1 }) => port1);
    this.#host.recruit({ sheet: this.#sheet.buffer, mail: channels.map(({ port2 }) => port2) });
  }

  /** Throws the problem worker_lost when a member is lost; the memory may then still be written to, and must be given up. */
  run(space: Workspace, kernel: string, block: number, nanoseconds: number): void {
    if (this.most > 1) this.recruit();
    const useful = Math.min(Math.floor(nanoseconds / leastShare) - 1, this.ready, this.most - 1);
    const helpers = useful > 0 ? this.#budget.take(useful) : 0;
    try {
      if (helpers === 0) space.kernels[kernel](block, 0, 1);
      else this.#share(space, kernel, block, helpers);
    } finally {
      this.#budget.giveBack(helpers);
    }
  }

  /** Returns when no member holds the memory any more. */
  letGo(): void {
    const members = this.#mailed;
    this.#space = null;
    this.#mailed = 0;
    if (members === 0) return;
    for (let member = 1; member <= members; member++) this.#post(member, null);
    this.#sheet[KERNEL] = nothing;
    this.#order(members);
    if (!this.#await()) this.#lose();
  }

  #share(space: Workspace, kernel: string, block: number, members: number): void {
    if (this.#space !== space) {
      this.letGo();
      this.#space = space;
      this.#kernels = Object.keys(space.kernels);
    }
    const { module, build, memory } = space;
    while (this.#mailed < members) this.#post(++this.#mailed, { module, build, memory });
    const words = this.#sheet;
    this.#shared++;
    words[KERNEL] = this.#kernels.indexOf(kernel);
    words[BLOCK] = block;
    words[SHARES] = members + 1;
    const isWhole = this.#order(members);
    if (isWhole) space.kernels[kernel](block, 0, members + 1);
    if (isWhole && this.#await()) return;
    this.#lose();
    space.abandon();
    throw problem("worker_lost", "A thread that helped with this request has ended");
  }

  #post(member: number, letter: CrewMemory | null): void {
    this.#mail[member - 1].postMessage(letter);
    Atomics.store(this.#sheet, mailOf(member), 1);
  }

  /** Has the first members do what the sheet says; false where one is lost. */
  #order(members: number): boolean {
    const words = this.#sheet;
    Atomics.store(words, PENDING, members);
    // Looked at after the count is set: who ends from here on sets it to 0.
    if (Atomics.load(words, BROKEN) !== 0) return false;
    for (let member = 1; member <= members; member++) {
      Atomics.add(words, ticketOf(member), 1);
      Atomics.notify(words, ticketOf(member));
    }
    return true;
  }

  /** Waits until the order is done; false where a member is lost. */
  #await(): boolean {
    const words = this.#sheet;
    if (Atomics.load(words, BROKEN) !== 0) return false;
    for (let pending = Atomics.load(words, PENDING); pending > 0;) pending = awaitChange(words, PENDING, pending);
    return Atomics.load(words, BROKEN) === 0;
  }

  /** The whole crew goes with one of its members; others are asked for when there is work again. */
  #lose(): void {
    this.#host.dismiss();
    for (const port of this.#mail) port.close();
    this.#mail = [];
    this.#sheet = this.#blank();
    this.#space = null;
    this.#mailed = 0;
  }

  #blank(): Sheet {
    return sheetOn(new SharedArrayBuffer(sheetBytes(this.#members)));
  }
}
