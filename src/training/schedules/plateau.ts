import type { PlateauSource } from "./source.ts";
import type { Scheduler } from "./schedules.ts";

/** Lowers the rate when a metric has stopped to improve. A metric that is not a number is no improvement. */
export class Plateau implements Scheduler {
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
