import { Session } from "../run/session.ts";
import { culpritOf, type Nonfinite } from "../run/watch.ts";
import { scalar, copyOf, type Tensor, tensorOf } from "../tensor/tensor.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Optimization, OptimizationState, StepOutcome } from "./optimization.ts";
import type { OptimizerRule } from "./optimizers/define.ts";
import { runRows } from "./run-rows.ts";
import type { Setup } from "./setup.ts";
import { initialStates, type StepPlan, stepPlan } from "./step-plan.ts";

/** A step for one size of batches with its memory. */
interface Bound {
  readonly step: StepPlan;
  readonly session: Session;
  readonly feeds: (Tensor | null)[];
  readonly scalars: readonly Tensor[];
  /** The data inputs in that memory. */
  readonly batch: readonly Tensor[];
}

/**
 * A first-order optimizer: every update is one run of a compiled plan, in whose memory the parameters stay. Where the last batch of an epoch
 * is smaller it has a plan of its own, and the parameters are handed over.
 */
export class GradientSteps implements Optimization {
  readonly #setup: Setup;
  readonly #rule: OptimizerRule;
  readonly #isWatched: boolean;
  readonly #bound = new Map<number, Bound>();
  readonly #scalars: Float64Array;
  readonly #number = scalar(0, "int64");
  #last: Bound | null = null;
  /** What the next run begins with, where that is not in the memory of the last. */
  #state: OptimizationState;
  #isFresh = true;
  nonfinite: Nonfinite | null = null;

  constructor(setup: Setup, rule: OptimizerRule, { isWatched = false } = {}) {
    this.#setup = setup;
    this.#rule = rule;
    this.#isWatched = isWatched;
    this.#scalars = new Float64Array(rule.scalars);
    const { trained, buffers } = setup.compiled(setup.batch, "train");
    const weights = new Map([...trained, ...buffers].map((each) => [each.name, setup.start(each)]));
    const filled = initialStates(rule, trained).map(({ name, value, initial }): [string, Tensor] => [
      name,
      tensorOf(value.dtype, value.shape, new Float64Array(sizeOf(value.shape)).fill(initial)),
    ]);
    this.#state = { weights, state: new Map(filled) };
  }

  batch(rows: number): readonly Tensor[] {
    return this.#boundTo(rows).batch;
  }

  step(rows: number, t: number, rate: number, cancelled: () => boolean): StepOutcome {
    const bound = this.#boundTo(rows);
    const { step, session, feeds, scalars } = bound;
    this.#number.data[0] = t;
    this.#rule.schedule(t, rate, this.#scalars);
    for (let at = 0; at < scalars.length; at++) scalars[at].data[0] = this.#scalars[at % this.#scalars.length];
    if (this.#isFresh) this.#feedFrom(bound, (name, role) => this.#state[role === "weight" ? "weights" : "state"].get(name));
    else if (bound !== this.#last && this.#last !== null) this.#handOver(this.#last, bound);
    const { wanted, nonfinite } = runRows(session, step.compiled.program, feeds, cancelled);
    this.#isFresh = false;
    this.#last = bound;
    for (const { feed, isUpdated } of step.kept) if (isUpdated) feeds[feed] = null;
    this.nonfinite = step.watch && culpritOf(step.watch, nonfinite);
    const others = step.clipsNorm ? 2 : 1;
    return {
      loss: wanted[0].data[0],
      norm: step.clipsNorm ? wanted[1].data[0] : null,
      measured: wanted.slice(others, wanted.length - step.parts),
      parts: wanted.slice(wanted.length - step.parts),
    };
  }

  weights(): ReadonlyMap<string, Tensor> {
    return this.#isFresh ? this.#state.weights : this.#lying("weight");
  }

  read(): OptimizationState {
    if (this.#isFresh) return this.#state;
    const copies = (role: "weight" | "state"): [string, Tensor][] => [...this.#lying(role)].map(([name, tensor]) => [name, copyOf(tensor)]);
    return { weights: new Map(copies("weight")), state: new Map(copies("state")) };
  }

  restore(state: OptimizationState): void {
    this.#state = state;
    this.#isFresh = true;
  }

  [Symbol.dispose](): void {
    for (const { session } of this.#bound.values()) session[Symbol.dispose]();
  }

  #lying(role: "weight" | "state"): Map<string, Tensor> {
    const { step, session, feeds } = this.#last as Bound;
    const own = step.kept.filter((each) => each.role === role);
    return new Map(own.map(({ name, feed }) => [name, feeds[feed] ?? session.read(feed)]));
  }

  #feedFrom({ step, feeds }: Bound, of: (name: string, role: "weight" | "state") => Tensor | undefined): void {
    for (const { name, role, feed } of step.kept) {
      const tensor = of(name, role);
      if (tensor === undefined) throw new Error(`nothing to start ${name} from`);
      feeds[feed] = tensor;
    }
  }

  #handOver(from: Bound, to: Bound): void {
    this.#feedFrom(to, (name, role) => {
      const kept = from.step.kept.find((each) => each.name === name && each.role === role);
      return kept === undefined ? undefined : (from.feeds[kept.feed] ?? from.session.read(kept.feed));
    });
  }

  #boundTo(rows: number): Bound {
    let bound = this.#bound.get(rows);
    if (bound !== undefined) return bound;
    const step = stepPlan(this.#setup, rows, { rule: this.#rule, isWatched: this.#isWatched });
    const feeds = new Array<Tensor | null>(step.feeds).fill(null);
    const { data, fixed } = step.compiled;
    fixed.forEach(({ name }, at) => (feeds[data.length + at] = this.#setup.fixed.get(name) ?? null));
    feeds[step.stepFeed] = this.#number;
    const scalars = step.plan.fed.slice(step.firstScalar, step.kept[0]?.feed).map((slot) => scalar(0, step.plan.slots[slot].dtype));
    scalars.forEach((tensor, at) => (feeds[step.firstScalar + at] = tensor));
    const session = new Session(step.plan);
    bound = { step, session, feeds, scalars, batch: data.map((_, at) => session.read(at)) };
    this.#bound.set(rows, bound);
    return bound;
  }
}
