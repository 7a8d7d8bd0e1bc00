import type { ScheduleSource } from "./source.ts";
import { type Curve, curveOf } from "./curves.ts";
import { Plateau } from "./plateau.ts";

/** What the learning rate is, as training goes on. */
export interface Scheduler {
  readonly lr: number;
  /** After what it advances. */
  readonly interval: "step" | "epoch";
  /** To the next step or epoch. The metric of the one that is over matters to ReduceLROnPlateau only. */
  advance(metric: number): void;
  /** Finite numbers from which `restore` goes on to give the same rates. */
  state(): Record<string, number>;
  restore(state: Readonly<Record<string, number>>): void;
}

/** The schedule that starts from the optimizer's rate `lr`; without a source the rate stays. */
export function schedulerOf(source: ScheduleSource | undefined, lr: number): Scheduler {
  if (source === undefined) return new CurveScheduler(() => lr, "epoch");
  return source.type === "ReduceLROnPlateau" ? new Plateau(source, lr) : new CurveScheduler(curveOf(source, lr), source.interval);
}

/** Goes along a curve. */
class CurveScheduler implements Scheduler {
  readonly interval: Scheduler["interval"];
  readonly #curve: Curve;
  #advances = 0;
  lr: number;

  constructor(curve: Curve, interval: Scheduler["interval"]) {
    this.#curve = curve;
    this.interval = interval;
    this.lr = curve(0);
  }

  advance(): void {
    this.#moveTo(this.#advances + 1);
  }

  state(): Record<string, number> {
    return { last_epoch: this.#advances };
  }

  restore({ last_epoch }: Readonly<Record<string, number>>): void {
    this.#moveTo(last_epoch);
  }

  #moveTo(advances: number): void {
    this.#advances = advances;
    this.lr = this.#curve(advances);
  }
}
