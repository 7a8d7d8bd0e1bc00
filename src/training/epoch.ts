import type { Tensor } from "../tensor/tensor.ts";
import type { Measure } from "./measures.ts";
import type { LoopState } from "./weights.ts";

/** What the batches of an epoch add up to, each measured before its update. */
export class Epoch {
  readonly #measures: readonly Measure[];
  #lossSum = 0;
  #rows = 0;

  constructor(measures: readonly Measure[]) {
    this.#measures = measures;
  }

  /** `measured` has the output and the target of each measure. */
  add(loss: number, rows: number, measured: readonly Tensor[]): void {
    this.#lossSum += loss * rows;
    this.#rows += rows;
    for (let at = 0; at < this.#measures.length; at++) this.#measures[at].tally.add(measured[2 * at], measured[2 * at + 1]);
  }

  /** The means over the epoch, by name; begins the next one. */
  end(): { loss: number; readonly [measure: string]: number } {
    const found = Object.fromEntries(this.#measures.map(({ name, tally }) => [name, tally.value()]));
    const loss = this.#lossSum / this.#rows;
    this.#lossSum = this.#rows = 0;
    for (const { tally } of this.#measures) tally.reset();
    return { ...found, loss };
  }

  state(): Pick<LoopState, "lossSum" | "rows" | "tallies"> {
    return { lossSum: this.#lossSum, rows: this.#rows, tallies: this.#measures.map(({ tally }) => tally.state()) };
  }

  restore({ lossSum, rows, tallies }: Pick<LoopState, "lossSum" | "rows" | "tallies">): void {
    this.#lossSum = lossSum;
    this.#rows = rows;
    this.#measures.forEach(({ tally }, at) => tally.restore(tallies[at]));
  }
}
