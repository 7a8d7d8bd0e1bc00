import type { OptimizerOf } from "./source.ts";
import { type Line, strongWolfe, type Trial, trialOf } from "./strong-wolfe.ts";
import { addScaled, dot, largest, scaleBy, sumOfMagnitudes } from "./vectors.ts";

/** The loss at `x`, with its gradient written into `gradient`. */
export type Evaluate = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsState {
  readonly tensors: Map<string, Float64Array>;
  readonly numbers: Record<string, number>;
}

/** A move that was made: how far, and how the gradient changed. */
interface Move {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** One over the product of the two. */
  weight: number;
}

/** A change of less curvature than this says nothing. */
const leastCurvature = 1e-10;

/** Limited-memory BFGS, as torch.optim.LBFGS steps, over one flat vector. Only moves to remember take new memory, until there are enough. */
export class Lbfgs {
  readonly #source: OptimizerOf<"LBFGS">;
  readonly #size: number;
  readonly #mostEvaluations: number;
  readonly #point: Float64Array;
  readonly #direction: Float64Array;
  readonly #previous: Float64Array;
  /** Loss, slope and gradient where `x` is. */
  readonly #here: Trial;
  readonly #memory: Line["memory"];
  readonly #shares: Float64Array;
  /** Oldest first. */
  readonly #moves: Move[] = [];
  #spare: Move;
  #length = 0;
  #iterations = 0;
  #evaluations = 0;

  /** `size` counts the elements of all parameters together. */
  constructor(source: OptimizerOf<"LBFGS">, size: number) {
    this.#source = source;
    this.#size = size;
    this.#mostEvaluations = source.max_eval ?? Math.floor((source.max_iter * 5) / 4);
    this.#point = new Float64Array(size);
    this.#direction = new Float64Array(size);
    this.#previous = new Float64Array(size);
    this.#here = trialOf(size);
    this.#memory = [trialOf(size), trialOf(size), trialOf(size)];
    this.#shares = new Float64Array(source.history_size);
    this.#spare = this.#emptyMove();
  }

  /** Moves `x` in place, at most max_iter times, and answers the loss where it was. */
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

  /** What `restore` needs to go on with the same numbers: views of what is in use, so copy what is to be kept. */
  state(): LbfgsState {
    const moves = this.#moves.flatMap(({ step, change }, at): [string, Float64Array][] => [
      [`old_stps/${at}`, step],
      [`old_dirs/${at}`, change],
    ]);
    return {
      tensors: new Map([["d", this.#direction], ["prev_flat_grad", this.#previous], ...moves]),
      numbers: { t: this.#length, n_iter: this.#iterations, func_evals: this.#evaluations, history: this.#moves.length },
    };
  }

  /** Throws when the state is not one of this size. */
  restore({ tensors, numbers }: LbfgsState): void {
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
    this.#moves.length = 0;
    for (let at = 0; at < numbers.history; at++) {
      const move = this.#emptyMove();
      copy(move.step, `old_stps/${at}`);
      copy(move.change, `old_dirs/${at}`);
      move.weight = 1 / dot(move.change, move.step);
      this.#moves.push(move);
    }
  }

  #emptyMove(): Move {
    return { step: new Float64Array(this.#size), change: new Float64Array(this.#size), weight: 0 };
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
    if (++this.#iterations > 1) this.#remember();
    direction.set(this.#here.gradient);
    scaleBy(direction, -1);
    if (this.#iterations === 1) return;
    const moves = this.#moves;
    for (let at = moves.length - 1; at >= 0; at--) {
      const { step, change, weight } = moves[at];
      this.#shares[at] = dot(step, direction) * weight;
      addScaled(direction, direction, -this.#shares[at], change);
    }
    const newest = moves.at(-1);
    if (newest !== undefined) scaleBy(direction, dot(newest.change, newest.step) / dot(newest.change, newest.change));
    for (let at = 0; at < moves.length; at++) {
      const { step, change, weight } = moves[at];
      addScaled(direction, direction, this.#shares[at] - dot(change, direction) * weight, step);
    }
  }

  /** Keeps the last move, in place of the oldest when there are too many. */
  #remember(): void {
    const { step, change } = this.#spare;
    addScaled(change, this.#here.gradient, -1, this.#previous);
    step.set(this.#direction);
    scaleBy(step, this.#length);
    const product = dot(change, step);
    if (!(product > leastCurvature)) return;
    this.#spare.weight = 1 / product;
    this.#moves.push(this.#spare);
    const oldest = this.#moves.length > this.#source.history_size ? this.#moves.shift() : undefined;
    this.#spare = oldest ?? this.#emptyMove();
  }

  /** Finds how far to move by trials along the direction from `x`, and what loss and gradient will be there. */
  #search(x: Float64Array, evaluate: Evaluate, rounds: number): void {
    const here = this.#here;
    const line: Line = {
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
