import { z } from "zod";
import { otherNames } from "../request/other-names.ts";
import { misspelt } from "../problems/nearest.ts";
import { problemAt } from "../problems/problems.ts";
import { written as writtenNumber } from "./report.ts";
import type { Best, LoopState } from "./weights.ts";

const monitor = z
  .string()
  .min(1)
  .optional()
  .meta({
    description: "The metric that tells: val_loss with validation, else loss, which is that of the epoch, unless told",
    examples: ["val_accuracy"],
  });

export const EarlyStopping = z
  .strictObject({
    monitor,
    patience: z
      .int()
      .min(0)
      .default(10)
      .meta({
        description: "Epochs without improvement after which training stops; counted from the first in which the metric is a number",
        examples: [5],
      }),
    min_delta: z
      .number()
      .min(0)
      .default(0)
      .meta({ description: "The least change that counts as an improvement", examples: [0.001] }),
    mode: z
      .enum(["min", "max"])
      .optional()
      .meta({
        description: "Whether less is better; more is for accuracy, f1, precision, recall and r2, less for all else, unless told",
        examples: ["min"],
      }),
  })
  .meta({ id: "EarlyStopping", description: "When to stop before the end", examples: [{ patience: 5 }] })
  .register(otherNames, {
    // It stands beside early_stopping, since a run without it may end with its best weights, too.
    restore_best: "restore_best of the job",
    restore_best_weights: "restore_best of the job",
    metric: "monitor",
    delta: "min_delta",
    tolerance: "min_delta",
  });

/** What a request says of it. */
interface Watched {
  readonly early_stopping?: z.output<typeof EarlyStopping> | undefined;
  readonly validation?: unknown;
  readonly restore_best?: boolean | undefined;
}

/** Metrics of which more is better. */
const rising = /(^|_)(accuracy|r2|(f1|precision|recall)(_\w+)?)$/;

const monitorOf = ({ early_stopping, validation }: Watched): string =>
  early_stopping?.monitor ?? (validation === undefined ? "loss" : "val_loss");

/** Refuses to watch a metric that there will not be; `measured` are the names beside the loss. Throws Problem. */
export function requireMonitor(spec: Watched, measured: readonly string[]): void {
  const own = ["loss", ...measured];
  const known = [...own, ...(spec.validation === undefined ? [] : own.map((name) => `val_${name}`))];
  const monitor = monitorOf(spec);
  if (known.includes(monitor)) return;
  const detail = `There is no metric ${monitor}; there are ${known.join(", ")}`;
  throw problemAt("invalid_training", "/early_stopping/monitor", detail, misspelt(monitor, known)[0]);
}

/** Watches one metric from epoch to epoch: which was the best, and whether to stop for want of improvement. */
export class Stopping {
  readonly #monitor: string;
  readonly #sign: 1 | -1;
  readonly #delta: number;
  readonly #isAsked: boolean;
  readonly patience: number;
  best: Best | null = null;
  /** Epochs since the best one. */
  stale = 0;

  constructor(spec: Watched) {
    const { early_stopping: asked, validation, restore_best } = spec;
    this.#monitor = monitorOf(spec);
    this.#sign = (asked?.mode ?? (rising.test(this.#monitor) ? "max" : "min")) === "min" ? 1 : -1;
    this.#delta = asked?.min_delta ?? 0;
    this.patience = asked?.patience ?? Number.POSITIVE_INFINITY;
    // Without any nobody asks which epoch was the best.
    this.#isAsked = asked !== undefined || validation !== undefined || restore_best === true;
  }

  get isOver(): boolean {
    return this.stale >= Math.max(1, this.patience);
  }

  /** Takes an epoch's metrics; whether they are the best so far. What is not a number never is, and before the first number nothing grows stale. */
  isBetter(metrics: Readonly<Record<string, number>>, { step, epoch, metrics: written }: Omit<Best, "value">): boolean {
    if (!this.#isAsked) return false;
    const value = metrics[this.#monitor];
    const isBetter = this.best === null ? !Number.isNaN(value) : this.#sign * (Number(this.best.value) - value) > this.#delta;
    if (isBetter) {
      this.best = { value: writtenNumber(value), step, epoch, metrics: written };
      this.stale = 0;
    } else if (this.best !== null) this.stale++;
    return isBetter;
  }

  restore({ best, stale }: Pick<LoopState, "best" | "stale">): void {
    this.best = best;
    this.stale = stale;
  }
}
