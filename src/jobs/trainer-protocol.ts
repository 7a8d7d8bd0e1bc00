import type { CrewLink } from "../workers/crew-link.ts";
import type { Ending, Wish } from "../training/host.ts";
import type { MetricsRow, Progress } from "../training/report.ts";
import type { Failure } from "./contract.ts";

/**
 * What the event loop and a trainer's thread say to each other. The thread is busy from a task to its end and reads no messages, so what is
 * wanted of it stands in memory that both see: a wish, and how much is on its way to the storage, for which it waits.
 */
export type Control = Int32Array<SharedArrayBuffer>;

/** Words of the control: the wish, the checkpoints and the rows that are on their way, and how often the event loop has changed any of them. */
export const WISH = 0;
export const CHECKPOINTS = 1;
export const ROWS = 2;
export const CHANGES = 3;

/** Wishes by their number. */
export const wishes: readonly Wish[] = ["go on", "hand over", "pause", "cancel"];

/** Where so much is on its way, no more is sent until some of it has arrived. */
const mostPending = Object.freeze({ [CHECKPOINTS]: 2, [ROWS]: 4_000 });
type Pending = keyof typeof mostPending;

export const newControl = (): Control => new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));

function change(control: Control, word: typeof WISH | Pending, by: number): void {
  Atomics.add(control, word, by);
  Atomics.add(control, CHANGES, 1);
  Atomics.notify(control, CHANGES);
}

/** Says what is wanted of a run. A stronger wish is not taken back by a weaker one. */
export function wishFor(control: Control, wish: Wish): void {
  const stronger = wishes.indexOf(wish) - Atomics.load(control, WISH);
  if (stronger > 0) change(control, WISH, stronger);
}

/** So much has been written, or given up. */
export const arrived = (control: Control, word: Pending, count: number): void => change(control, word, -count);

/**
 * A trainer is about to send something: it stands still while too much is on its way, as when the storage is full or does not answer. What
 * it is wished gets through at once, and then it sends what its end needs.
 */
export function announce(control: Control, word: Pending, count: number): void {
  for (;;) {
    const changes = Atomics.load(control, CHANGES);
    if (Atomics.load(control, word) < mostPending[word] || Atomics.load(control, WISH) !== 0) break;
    Atomics.wait(control, CHANGES, changes);
  }
  Atomics.add(control, word, count);
}

/** To a trainer: what to train. Files are named by their paths. */
export interface TrainTask {
  readonly submission: string;
  /** By the datasets' ids. */
  readonly datasets: Readonly<Record<string, string>>;
  readonly checkpoint: { readonly weights: string; readonly state: string } | null;
  /** Whether an attempt before this one was broken off. */
  readonly wasInterrupted: boolean;
  /** The step at which it pauses by itself. */
  readonly pauseAt: number | null;
  readonly control: Control;
}

export interface Blob {
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** From a trainer. */
export type TrainerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "metrics"; readonly rows: readonly MetricsRow[]; readonly progress: Progress }
  | {
      readonly kind: "checkpoint";
      readonly step: number;
      readonly epoch: number;
      readonly metrics: Readonly<Record<string, number | string>>;
      readonly weights: Blob;
      readonly state: Blob | null;
      readonly best: boolean;
      readonly final: boolean;
    }
  | { readonly kind: "end"; readonly ending: Ending }
  /** The job could not be set up, or something unforeseen happened, which has a trace. */
  | { readonly kind: "refused"; readonly failure: Failure; readonly trace: string | null }
  | { readonly kind: "crew"; readonly crew: CrewLink | null };
