import type { Divergence, MetricsRow, Progress } from "./report.ts";

/** What is wanted of a run: to go on; to stop so that it can go on later, at once or when it is resumed; or to stop for good. */
export type Wish = "go on" | "hand over" | "pause" | "cancel";

export interface CheckpointFiles {
  readonly step: number;
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly weights: Uint8Array<ArrayBuffer>;
  /** null for one that offers its weights only. */
  readonly state: Uint8Array<ArrayBuffer> | null;
  readonly best: boolean;
  readonly final: boolean;
}

/** Whoever runs a training: is told what happens, and says when to stop. Calls are synchronous and come between steps. */
export interface Host {
  readonly wish: () => Wish;
  readonly metrics: (rows: readonly MetricsRow[], progress: Progress) => void;
  readonly checkpoint: (files: CheckpointFiles) => void;
  /** Whether the run was broken off before: then it keeps checkpoints at first as often as they are cheap, so that it gets on. */
  readonly wasInterrupted: boolean;
  /** The step at which the run pauses by itself; null: it does not. */
  readonly pauseAt: number | null;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

/** How a run ended, for now or for good. */
export type Ending =
  | { readonly kind: "done"; readonly result: Readonly<Record<string, unknown>>; readonly message: string }
  | { readonly kind: "failed"; readonly failure: Divergence }
  | { readonly kind: "stopped"; readonly wish: Exclude<Wish, "go on">; readonly step: number };
