import { z } from "zod";
import { amount, floor } from "./arguments.ts";
import { type Scheduler, schemasOf } from "./define.ts";

const { whole: schema } = schemasOf(
  "ReduceLROnPlateau",
  "The rate is multiplied when the loss (with validation and after epochs: the validation's) has stopped to improve.",
  {
    mode: z
      .enum(["min", "max"])
      .default("min")
      .meta({ description: "Whether less or more is better", examples: ["max"] }),
    factor: z
      .number()
      .min(0)
      .lt(1, { error: "Expected a number below 1" })
      .default(0.1)
      .meta({ description: "What the rate is multiplied by", examples: [0.5] }),
    patience: z
      .int()
      .min(0)
      .default(10)
      .meta({ description: "Advances without improvement that are let pass", examples: [5] }),
    threshold: amount(1e-4, "What counts as an improvement", 1e-3),
    threshold_mode: z
      .enum(["rel", "abs"])
      .default("rel")
      .meta({ description: "Whether the threshold is a share of the best or a difference from it", examples: ["abs"] }),
    cooldown: z
      .int()
      .min(0)
      .default(0)
      .meta({ description: "Advances after a reduction in which nothing is counted", examples: [2] }),
    min_lr: floor,
    eps: amount(1e-8, "Changes of the rate up to this are not made", 1e-6),
  },
  { factor: 0.5, patience: 5 },
);
type PlateauSource = z.output<typeof schema>;

/** Lowers the rate when a metric has stopped to improve. A metric that is not a number is no improvement. */
class Plateau implements Scheduler {
  readonly interval: Scheduler["interval"];
  readonly #source: PlateauSource;
  #lr: number;
  #best: number;
  #stale = 0;
  #cooldown = 0;

  constructor(source: PlateauSource, lr: number) {
    this.interval = source.interval;
    this.#source = source;
    this.#lr = lr;
    this.#best = worst(source);
  }

  get lr(): number {
    return this.#lr;
  }

  advance(metric: number): void {
    const { patience, factor, cooldown, min_lr, eps } = this.#source;
    if (this.#isImprovement(metric)) {
      this.#best = metric;
      this.#stale = 0;
    } else this.#stale++;
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#stale = 0;
    }
    if (this.#stale <= patience) return;
    const lower = Math.max(this.#lr * factor, min_lr);
    if (this.#lr - lower > eps) this.#lr = lower;
    this.#cooldown = cooldown;
    this.#stale = 0;
  }

  /** All finite: the best metric is left out while there is none. */
  state(): Record<string, number> {
    const state: Record<string, number> = { lr: this.#lr, num_bad_epochs: this.#stale, cooldown_counter: this.#cooldown };
    if (Number.isFinite(this.#best)) state.best = this.#best;
    return state;
  }

  restore({ lr, best, num_bad_epochs, cooldown_counter }: Readonly<Record<string, number>>): void {
    this.#lr = lr;
    this.#best = best ?? worst(this.#source);
    this.#stale = num_bad_epochs;
    this.#cooldown = cooldown_counter;
  }

  #isImprovement(metric: number): boolean {
    const { mode, threshold, threshold_mode } = this.#source;
    if (mode === "min") return metric < (threshold_mode === "rel" ? this.#best * (1 - threshold) : this.#best - threshold);
    return metric > (threshold_mode === "rel" ? this.#best * (1 + threshold) : this.#best + threshold);
  }
}

const worst = ({ mode }: PlateauSource): number => (mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);

export const ReduceLROnPlateau = { schema, scheduler: (source: PlateauSource, lr: number): Scheduler => new Plateau(source, lr) };
