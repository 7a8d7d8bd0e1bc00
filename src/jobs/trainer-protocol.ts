import type { CrewLink } from "../workers/crew-link.ts";
import type { Ending, Wish } from "../training/host.ts";
import type { MetricsRow, Progress } from "../training/report.ts";
import type { Failure } from "./contract.ts";

/**
 * What the event loop and a trainer's thread say to each other. The thread is busy from a task to its end and reads no messages, so what is
 * wanted of it stands in memory that both see: a wish, and how many checkpoints are on their way to the storage, for which it waits.
 */
export type Control = Int32Array<SharedArrayBuffer>;

/** Words of the control. */
export const WISH = 0;
export const PENDING = 1;

/** Wishes by their number. */
export const wishes: readonly Wish[] = ["go on", "hand over", "pause", "cancel"];

/** More checkpoints than these are not on their way at once. */
export const mostPending = 2;

export const newControl = (): Control => new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));

/** To a trainer: what to train. Files are named by their paths. */
export interface TrainTask {
  readonly submission: string;
  /** By the datasets' ids. */
  readonly datasets: Readonly<Record<string, string>>;
  readonly checkpoint: { readonly weights: string; readonly state: string } | null;
  /** Whether an attempt before this one was broken off. */
  readonly wasInterrupted: boolean;
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
  | { readonly kind: "crew"; readonly crew: CrewLink | null; readonly members: number };
