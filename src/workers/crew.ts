import { type Crew, mostThreads, type Workspace } from "../kernels/workspace.ts";
import { problem } from "../problems/problems.ts";
import type { ThreadBudget } from "./thread-budget.ts";
import {
  awaitChange,
  BLOCK,
  BROKEN,
  type CrewLink,
  KERNEL,
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
  readonly recruit: (link: CrewLink, members: number) => void;
  readonly dismiss: () => void;
}

/** Shares the work of kernels among this thread and others, which `link` tells what they need to know. */
export class LeadingCrew implements Crew {
  readonly link: CrewLink;
  readonly #space: Workspace;
  readonly #members: number;
  readonly #budget: ThreadBudget;
  readonly #sheet: Sheet;
  readonly #kernels: readonly string[];

  #shared = 0;
  readonly #host: RemoteHost;
  #isRecruited = false;

  /** `threads` at most work on one kernel, this one included. They are asked for when there is the first work to share. */
  constructor(space: Workspace, threads: number, budget: ThreadBudget, host: RemoteHost) {
    this.#host = host;
    this.#space = space;
    this.#members = Math.min(threads, mostThreads) - 1;
    this.#budget = budget;
    this.#kernels = Object.keys(space.kernels);
    const sheet = new SharedArrayBuffer(sheetBytes(this.#members));
    this.#sheet = sheetOn(sheet);
    this.link = { module: space.module, build: space.build, memory: space.memory, sheet };
  }

  get members(): number {
    return this.#members;
  }

  /** How many members have started. */
  get ready(): number {
    return Atomics.load(this.#sheet, READY);
  }

  /** How often work was shared. */
  get shared(): number {
    return this.#shared;
  }

  /** Throws the problem worker_lost when a member is lost; the memory may then still be written to, and must be given up. */
  run(kernel: string, block: number, nanoseconds: number): void {
    if (!this.#isRecruited) this.#host.recruit(this.link, this.#members);
    this.#isRecruited = true;
    const useful = Math.min(Math.floor(nanoseconds / leastShare) - 1, this.ready);
    const helpers = useful > 0 ? this.#budget.take(useful) : 0;
    try {
      if (helpers === 0) this.#space.kernels[kernel](block, 0, 1);
      else this.#share(kernel, block, helpers + 1);
    } finally {
      this.#budget.giveBack(helpers);
    }
  }

  dismiss(): void {
    if (this.#isRecruited) this.#host.dismiss();
  }

  #share(kernel: string, block: number, shares: number): void {
    const words = this.#sheet;
    this.#shared++;
    words[KERNEL] = this.#kernels.indexOf(kernel);
    words[BLOCK] = block;
    words[SHARES] = shares;
    Atomics.store(words, PENDING, shares - 1);
    // Looked at after the count is set: who ends from here on sets it to 0.
    if (Atomics.load(words, BROKEN) !== 0) this.#giveUp();
    for (let member = 1; member < shares; member++) {
      Atomics.add(words, ticketOf(member), 1);
      Atomics.notify(words, ticketOf(member));
    }
    this.#space.kernels[kernel](block, 0, shares);
    for (let pending = Atomics.load(words, PENDING); pending > 0;) pending = awaitChange(words, PENDING, pending);
    if (Atomics.load(words, BROKEN) !== 0) this.#giveUp();
  }

  #giveUp(): never {
    this.#space.abandon();
    throw problem("worker_lost", "A thread that helped with this request has ended");
  }
}
