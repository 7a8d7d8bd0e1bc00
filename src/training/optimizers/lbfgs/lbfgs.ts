import { z } from "zod";
import { atLeastZero, maximize, rate } from "../arguments.ts";
import { bySearch, type Evaluate, schemaOf, type Search, type SearchState } from "../define.ts";
import { Curvature } from "./curvature.ts";
import { type LinePoint, linePointOf, type SearchLine, strongWolfe } from "./strong-wolfe.ts";
import { addScaled, dot, largest, scaleBy, sumOfMagnitudes } from "./vectors.ts";

const schema = schemaOf(
  "LBFGS",
  "The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno with limited memory. It evaluates the objective several times per update, so it wants all data at once.",
  {
    lr: rate(1, 0.5),
    max_iter: z
      .int()
      .min(1)
      .max(10_000)
      .default(20)
      .meta({ description: "Moves in one update, at most", examples: [5] }),
    max_eval: z
      .int()
      .min(1)
      .max(100_000)
      .nullable()
      .default(null)
      .meta({ description: "Evaluations of the objective in one update, at most; null for five quarters of max_iter", examples: [25] }),
    tolerance_grad: atLeastZero(1e-7, "An update ends when no element of the gradient is greater than this", 1e-5),
    tolerance_change: atLeastZero(1e-9, "An update ends when parameters and objective change by less than this", 1e-7),
    history_size: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .meta({ description: "Moves that the estimate of the curvature remembers: each takes the memory of two gradients", examples: [10] }),
    line_search_fn: z
      .enum(["strong_wolfe"])
      .nullable()
      .default(null)
      .meta({
        description: "How far to move: by the strong Wolfe conditions, or null for the learning rate itself",
        examples: ["strong_wolfe"],
      }),
    maximize,
  },
  { max_iter: 5, line_search_fn: "strong_wolfe" },
);
type Source = z.output<typeof schema>;

/** Limited-memory BFGS, as torch.optim.LBFGS steps, over one flat vector. */
class Lbfgs implements Search {
  readonly #source: Source;
  readonly #size: number;
  readonly #mostEvaluations: number;
  readonly #point: Float64Array;
  readonly #direction: Float64Array;
  readonly #previous: Float64Array;
  /** Loss, slope and gradient where `x` is. */
  readonly #here: LinePoint;
  readonly #memory: SearchLine["memory"];
  readonly #curvature: Curvature;
  #length = 0;
  #iterations = 0;
  #evaluations = 0;

  constructor(source: Source, size: number) {
    this.#source = source;
    this.#size = size;
    this.#mostEvaluations = source.max_eval ?? Math.floor((source.max_iter * 5) / 4);
    this.#point = new Float64Array(size);
    this.#direction = new Float64Array(size);
    this.#previous = new Float64Array(size);
    this.#here = linePointOf(size);
    this.#memory = [linePointOf(size), linePointOf(size), linePointOf(size)];
    this.#curvature = new Curvature(size, source.history_size);
  }

  step(x: Float64Array, evaluate: Evaluate, lr: number): number {
    const { tolerance_grad, maximize } = this.#source;
    const here = this.#here;
    const descend = maximize ? negated(evaluate) : evaluate;
    const first = descend(x, here.gradient);
    here.loss = first;
    this.#evaluations++;
    if (!(largest(here.gradient) <= tolerance_grad)) this.#descend(x, descend, lr);
    return maximize ? -first : first;
  }

  state(): SearchState {
    return {
      tensors: new Map([["d", this.#direction], ["prev_flat_grad", this.#previous], ...this.#curvature.tensors()]),
      numbers: { t: this.#length, n_iter: this.#iterations, func_evals: this.#evaluations, history: this.#curvature.moves },
    };
  }

  restore({ tensors, numbers }: SearchState): void {
    const copy = (into: Float64Array, name: string): void => {
      const tensor = tensors.get(name);
      if (tensor?.length !== this.#size) throw new Error(`the state has no ${name} of ${this.#size} elements`);
      into.set(tensor);
    };
    copy(this.#direction, "d");
    copy(this.#previous, "prev_flat_grad");
    this.#length = numbers.t;
    this.#iterations = numbers.n_iter;
    this.#evaluations = numbers.func_evals;
    this.#curvature.restore(numbers.history, copy);
  }

  #descend(x: Float64Array, evaluate: Evaluate, lr: number): void {
    const { max_iter, tolerance_grad, tolerance_change, line_search_fn } = this.#source;
    const here = this.#here;
    const last = this.#evaluations + this.#mostEvaluations - 1;
    for (let round = 1; round <= max_iter; round++) {
      this.#turn();
      this.#previous.set(here.gradient);
      const lossBefore = here.loss;
      this.#length = this.#iterations === 1 ? Math.min(1, 1 / sumOfMagnitudes(here.gradient)) * lr : lr;
      here.slope = dot(here.gradient, this.#direction);
      if (here.slope > -tolerance_change) return;

      if (line_search_fn !== null) this.#search(x, evaluate, last - this.#evaluations);
      addScaled(x, x, this.#length, this.#direction);
      if (round === max_iter) return;
      if (line_search_fn === null) {
        here.loss = evaluate(x, here.gradient);
        this.#evaluations++;
      }

      if (this.#evaluations >= last || largest(here.gradient) <= tolerance_grad) return;
      if (largest(this.#direction) * Math.abs(this.#length) <= tolerance_change) return;
      if (Math.abs(here.loss - lossBefore) < tolerance_change) return;
    }
  }

  /** Directs the next move: against the gradient, by the curvature that the moves so far have shown. */
  #turn(): void {
    const direction = this.#direction;
    const { gradient } = this.#here;
    if (++this.#iterations > 1) this.#curvature.remember(direction, this.#length, this.#previous, gradient);
    direction.set(gradient);
    scaleBy(direction, -1);
    if (this.#iterations > 1) this.#curvature.turn(direction);
  }

  /** Finds how far to move by trials along the direction from `x`, and what loss and gradient will be there. */
  #search(x: Float64Array, evaluate: Evaluate, rounds: number): void {
    const here = this.#here;
    const line: SearchLine = {
      start: here,
      direction: this.#direction,
      evaluate: (trial) => {
        addScaled(this.#point, x, trial.at, this.#direction);
        trial.loss = evaluate(this.#point, trial.gradient);
        trial.slope = dot(trial.gradient, this.#direction);
      },
      rounds,
      tolerance: this.#source.tolerance_change,
      memory: this.#memory,
    };
    const { found, evaluations } = strongWolfe(line, this.#length);
    this.#length = found.at;
    this.#evaluations += evaluations;
    here.loss = found.loss;
    here.gradient.set(found.gradient);
  }
}

/** The same with the sign turned, so that going down goes up. */
const negated =
  (evaluate: Evaluate): Evaluate =>
  (x, gradient) => {
    const loss = evaluate(x, gradient);
    scaleBy(gradient, -1);
    return -loss;
  };

export const LBFGS = bySearch(schema, (source, elements) => new Lbfgs(source, elements));
