import type { MessagePort } from "node:worker_threads";
import type { Build } from "../kernels/wasm/modules.ts";

/**
 * What a leading thread and the members of its crew share: the memory that they work on, and a sheet of orders. Member m waits for its own
 * ticket to rise, then does share m of the order on the sheet; the leader does share 0 and waits until none is pending.
 *
 *     leader                          sheet                          member m
 *
 *     mails the memory, if new ──────► mail m
 *     writes kernel, block, shares ─► order
 *     sets ──────────────────────────► pending
 *     raises, and wakes ─────────────► ticket m ───────────────────► reads its mail and the order, does its share
 *     waits for 0 ◄─────────────────── pending ◄──────────────────── lowers it, and wakes at 0
 *     gives up ◄────────────────────── broken ◄───────────────────── whoever sees that a member is lost
 *
 * Memory is mailed from thread to thread, past the event loop: whoever has seen it keeps it from being freed until it collects its garbage.
 */
export interface CrewLink {
  readonly sheet: SharedArrayBuffer;
  /** One per member. */
  readonly mail: readonly MessagePort[];
}

/** What a member is mailed when there is a memory to work on; null tells it to let go of the one that it has. */
export interface CrewMemory {
  readonly module: WebAssembly.Module;
  readonly build: Build;
  readonly memory: WebAssembly.Memory;
}

export const PENDING = 0;
export const BROKEN = 1;
/** How many members have started. */
export const READY = 2;
/** The order: which of the kernels' names in order (`nothing`: only to read the mail), where its argument block lies, how many shares. */
export const KERNEL = 3;
export const BLOCK = 4;
export const SHARES = 5;
export const nothing = -1;
const firstTicket = 16;
/** Tickets lie a cache line apart, so that one who waits for his does not slow the others. */
export const ticketOf = (member: number): number => firstTicket * (member + 1);
/** Where it says that there is mail for a member. */
export const mailOf = (member: number): number => ticketOf(member) + 1;

/** The words of a sheet. */
export type Sheet = Int32Array<SharedArrayBuffer>;

export const sheetBytes = (members: number): number => ticketOf(members + 1) * 4;

export const sheetOn = (buffer: SharedArrayBuffer): Sheet => new Int32Array(buffer);

/** Looks this often whether a word has changed before it sleeps until it does: waking takes longer than most kernels. */
const looks = 20_000;

/** Waits until a word differs from `value`; returns what it is then. */
export function awaitChange(words: Sheet, at: number, value: number): number {
  for (let look = 0; look < looks; look++) {
    const now = Atomics.load(words, at);
    if (now !== value) return now;
  }
  for (;;) {
    Atomics.wait(words, at, value);
    const now = Atomics.load(words, at);
    if (now !== value) return now;
  }
}
