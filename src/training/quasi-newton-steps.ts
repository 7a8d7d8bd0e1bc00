import { Session } from "../run/session.ts";
import { culpritOf, type Nonfinite } from "../run/watch.ts";
import { sizeOf } from "../tensor/shape.ts";
import { copyOf, scalar, type Tensor, zeros } from "../tensor/tensor.ts";
import type { Optimization, OptimizationState, StepOutcome } from "./optimization.ts";
import type { Search } from "./optimizers/define.ts";
import { runRows } from "./run-rows.ts";
import type { Setup } from "./setup.ts";
import { type StepPlan, stepPlan } from "./step-plan.ts";

/** A quasi-Newton optimizer: each update evaluates loss and gradients as often as its search asks, at points that lie in one flat vector of doubles. */
export class QuasiNewtonSteps implements Optimization {
  readonly #setup: Setup;
  readonly #step: StepPlan;
  readonly #session: Session;
  readonly #feeds: (Tensor | null)[];
  readonly #number = scalar(0, "int64");
  readonly #names: readonly string[];
  readonly #batch: readonly Tensor[];
  readonly #weights: Map<string, Tensor>;
  readonly #point: Float64Array;
  readonly #search: Search;
  nonfinite: Nonfinite | null = null;

  constructor(setup: Setup, search: (elements: number) => Search, { isWatched = false } = {}) {
    this.#setup = setup;
    this.#step = stepPlan(setup, setup.batch, { rule: null, isWatched });
    this.#session = new Session(this.#step.plan);
    const { data, fixed, trained, buffers } = this.#step.compiled;
    this.#feeds = new Array<Tensor | null>(this.#step.feeds).fill(null);
    this.#batch = data.map(({ value }) => zeros(value.dtype, value.shape));
    // Memory of the arena is used again within a run, and one update is many runs.
    this.#batch.forEach((tensor, at) => (this.#feeds[at] = tensor));
    fixed.forEach(({ name }, at) => (this.#feeds[data.length + at] = this.#setup.fixed.get(name) ?? null));
    this.#feeds[this.#step.stepFeed] = this.#number;
    this.#weights = new Map([...trained, ...buffers].map((each) => [each.name, copyOf(setup.start(each))]));
    this.#names = this.#step.moved.map(({ name }) => name);
    this.#point = new Float64Array(this.#names.reduce((size, name) => size + sizeOf(this.#tensor(name).shape), 0));
    this.#search = search(this.#point.length);
  }

  batch(): readonly Tensor[] {
    return this.#batch;
  }

  step(_rows: number, t: number, rate: number, cancelled: () => boolean): StepOutcome {
    this.#number.data[0] = t;
    this.nonfinite = null;
    this.#gather();
    const outcome: { first: StepOutcome | null } = { first: null };
    const loss = this.#search.step(this.#point, (point, gradient) => this.#evaluate(point, gradient, outcome, cancelled), rate);
    this.#scatter(this.#point);
    return { ...(outcome.first ?? { norm: null, measured: [], parts: [] }), loss };
  }

  weights(): ReadonlyMap<string, Tensor> {
    return this.#weights;
  }

  read(): OptimizationState {
    const { tensors, numbers } = this.#search.state();
    const vector = (data: Float64Array): Tensor => ({ dtype: "float64", shape: [data.length], data: data.slice() });
    const state = new Map([...tensors].map(([name, data]) => [`vector/${name}`, vector(data)]));
    for (const [name, number] of Object.entries(numbers)) state.set(`number/${name}`, scalar(number));
    return { weights: new Map([...this.#weights].map(([name, tensor]) => [name, copyOf(tensor)])), state };
  }

  restore({ weights, state }: OptimizationState): void {
    for (const [name, { data }] of weights) this.#tensor(name).data.set(data);
    const of = (kind: string): [string, Tensor][] =>
      [...state].filter(([name]) => name.startsWith(kind)).map(([name, tensor]) => [name.slice(kind.length), tensor]);
    this.#search.restore({
      tensors: new Map(of("vector/").map(([name, { data }]) => [name, Float64Array.from(data)])),
      numbers: Object.fromEntries(of("number/").map(([name, { data }]) => [name, data[0]])),
    });
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }

  #evaluate(point: Float64Array, gradient: Float64Array, outcome: { first: StepOutcome | null }, cancelled: () => boolean): number {
    this.#scatter(point);
    const { kept, compiled, measures, clipsNorm, watch } = this.#step;
    for (const { name, feed } of kept) this.#feeds[feed] = this.#tensor(name);
    const { wanted, nonfinite } = runRows(this.#session, compiled.program, this.#feeds, cancelled);
    this.nonfinite ??= watch && culpritOf(watch, nonfinite);
    // Running statistics move with every evaluation, as those of a module in training do.
    for (const { name, value } of compiled.buffers) {
      const at = kept.findIndex((each) => each.value === value);
      if (kept[at].isUpdated) this.#tensor(name).data.set(this.#session.read(kept[at].feed).data);
    }
    const firstGradient = clipsNorm ? 2 : 1;
    let offset = 0;
    this.#names.forEach((_, at) => {
      gradient.set(wanted[firstGradient + at].data, offset);
      offset += wanted[firstGradient + at].data.length;
    });
    const measured = wanted.slice(firstGradient + this.#names.length);
    outcome.first ??= {
      loss: wanted[0].data[0],
      norm: clipsNorm ? wanted[1].data[0] : null,
      measured: measures.length === 0 ? [] : measured.map(copyOf),
      parts: [],
    };
    return wanted[0].data[0];
  }

  #gather(): void {
    let offset = 0;
    for (const name of this.#names) {
      const { data } = this.#tensor(name);
      this.#point.set(data, offset);
      offset += data.length;
    }
  }

  #scatter(point: Float64Array): void {
    let offset = 0;
    for (const name of this.#names) {
      const { data } = this.#tensor(name);
      data.set(point.subarray(offset, offset + data.length));
      offset += data.length;
    }
  }

  #tensor(name: string): Tensor {
    return this.#weights.get(name) ?? zeros("float64", [0]);
  }
}
