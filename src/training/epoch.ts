import { scalar } from "../tensor/tensor.ts";
import type { LossParts } from "./loss-parts.ts";
import { LossSum } from "./loss-sum.ts";
import { type Measure, measuredBy } from "./measures.ts";
import type { StepOutcome } from "./optimization.ts";
import type { LoopState } from "./weights.ts";

/** What the batches of an epoch add up to, each measured before its update. */
export class Epoch {
  readonly #measures: readonly Measure[];
  readonly #loss: LossSum;
  readonly #isOne: boolean;

  /** `parts` are null where an epoch is one batch. */
  constructor(measures: readonly Measure[], parts: LossParts | null) {
    this.#measures = measures;
    this.#loss = new LossSum(parts && parts.sums);
    this.#isOne = parts === null;
  }

  /** Whether a batch's loss is no number only for want of anything that counts, as where every target is ignored: 0 / 0. */
  static isEmpty({ loss, parts }: StepOutcome): boolean {
    return Number.isNaN(loss) && parts.length > 0 && parts.every(({ data }) => data.every(Number.isFinite));
  }

  add({ loss, measured, parts }: StepOutcome, rows: number): void {
    this.#loss.add(this.#isOne ? [scalar(loss)] : parts, rows);
    for (let at = 0; at < this.#measures.length; at++) this.#measures[at].tally.add(measured[2 * at], measured[2 * at + 1]);
  }

  /** The loss and the measures of the epoch, by name; begins the next one. */
  end(): { loss: number; readonly [measure: string]: number } {
    const found = measuredBy(this.#measures);
    const loss = this.#loss.value();
    this.#loss.reset();
    for (const { tally } of this.#measures) tally.reset();
    return { ...found, loss };
  }

  state(): Pick<LoopState, "loss" | "tallies"> {
    return { loss: this.#loss.state(), tallies: this.#measures.map(({ tally }) => tally.state()) };
  }

  restore({ loss, tallies }: Pick<LoopState, "loss" | "tallies">): void {
    this.#loss.restore(loss);
    this.#measures.forEach(({ tally }, at) => tally.restore(tallies[at]));
  }
}
