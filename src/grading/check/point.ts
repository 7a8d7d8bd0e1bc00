import { account } from "../../memory/account.ts";
import { Cancelled } from "../../run/executable.ts";
import type { Nonfinite } from "../../run/watch.ts";
import type { Feeding, Outcome } from "../../run/run.ts";
import type { Data } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { copied, doubles } from "../doubles.ts";
import { copyOf, type Tensor, tensorOf, zeros } from "../../tensor/tensor.ts";
import { Problem } from "../../problems/problems.ts";
import type { Subject, Variable } from "./subject.ts";

/** One element per entry of a variable. */
export type Direction = readonly Float64Array[];

/** What becomes of the objective when variables move. */
export interface Moved {
  readonly objective: Float64Array;
  /** The node whose kink was passed on the way, null for one without a name; undefined when there was none. */
  readonly kink: string | null | undefined;
  /** How far the numbers moved, which may be too coarse for what was asked. */
  readonly by: number;
}

/** A subject at given inputs, from which its variables can be moved. */
export class Point {
  readonly subject: Subject;
  /** What the objective is weighted with. */
  readonly weights: Data;
  readonly objective: Data;
  /** The service's own gradients, one per variable. */
  readonly gradients: readonly Data[];
  readonly nonfinite: Nonfinite | null;
  /** How large the terms of the weighted objective are together: rounding is a fraction of it. */
  readonly scale: number;
  /** By how much numbers are rounded: of the coarsest of the objective and the variables. */
  readonly epsilon: number;
  readonly #feeding: Feeding;
  readonly #feeds: Tensor[];
  /** What is fed for each variable, whose numbers are ours to change, and what they are unless moved. */
  readonly #places: readonly { readonly data: Data; readonly home: Float64Array }[];
  readonly #branches: readonly Tensor[];

  /** What is fed is for the program's inputs. */
  constructor(subject: Subject, feeding: Feeding, weights: Tensor) {
    const { feeds } = feeding;
    this.subject = subject;
    this.#feeding = feeding;
    this.weights = weights.data;
    const first = this.#run(subject.gradients, subject.weighted ? [...feeds, weights] : feeds);
    const [objective, ...gradients] = first.wanted.map(({ data }) => copied(data));
    this.objective = objective;
    this.gradients = gradients;
    this.nonfinite = first.nonfinite;
    this.scale = objective.reduce((sum, y, k) => sum + Math.abs(y * weights.data[k]), 0);

    const isSingle = [subject.objective, ...subject.variables].some(({ value }) => value.dtype === "float32");
    this.epsilon = isSingle ? 2 ** -23 : Number.EPSILON;
    const all = [...subject.program.inputs.map(({ value }) => value), ...subject.additions];
    const fixed = [...feeds, ...subject.additions.map(({ dtype, shape }) => zeros(dtype, shape))];
    const moving = new Set(subject.variables.map(({ fed }) => fed));
    this.#feeds = fixed.map((tensor, at) => (moving.has(all[at]) ? copyOf(charged(tensor)) : tensor));
    this.#places = subject.variables.map(({ fed }) => {
      const { data } = this.#feeds[all.indexOf(fed)];
      return { data, home: copied(data) };
    });
    this.#branches = this.#run(subject.values, this.#feeds)
      .wanted.slice(1)
      .map((tensor) => ({ ...tensor, data: charged(tensor).data.slice() }));
  }

  /** Moves one entry of a variable. */
  withEntry(variable: number, entry: number, by: number): Moved {
    const { data, home } = this.#places[variable];
    data[entry] = home[entry] + by;
    const moved = data[entry] - home[entry];
    return this.#evaluate(moved, () => void (data[entry] = home[entry]));
  }

  /** Of about which size an entry is. */
  sizeAt(variable: number, entry: number): number {
    return Math.abs(this.#places[variable].home[entry]);
  }

  /** Of about which size the numbers are that a direction moves. */
  sizeAlong(direction: Direction): number {
    return this.#places.reduce(
      (most, { home }, k) => direction[k].reduce((size, x, at) => (x === 0 ? size : Math.max(size, Math.abs(home[at]))), most),
      0,
    );
  }

  /** Moves all variables along a direction. */
  along(direction: Direction, by: number): Moved {
    let moves = false;
    this.#places.forEach(({ data, home }, k) => {
      const part = direction[k];
      for (let at = 0; at < home.length; at++) {
        data[at] = home[at] + by * part[at];
        moves ||= data[at] !== home[at];
      }
    });
    return this.#evaluate(moves ? by : 0, () => this.#places.forEach(({ data, home }) => data.set(home)));
  }

  /** A direction in which nothing moves, to be changed. */
  stillDirection(): Float64Array[] {
    return this.#places.map(({ home }) => doubles(home.length));
  }

  /** The imaginary part of the objective where the variables have these; valid until the next run. */
  imaginary(parts: Direction): Data {
    return this.#directed(this.subject.complex, parts);
  }

  /** The tangent of the objective along a direction; valid until the next run. */
  tangent(direction: Direction): Data {
    return this.#directed(this.subject.tangent, direction);
  }

  #directed(run: Subject["complex"], direction: Direction): Data {
    if (run === null) throw new Error("a method runs that was not prepared");
    const { variables } = this.subject;
    const tensors = variables.map(({ fed }, k) => tensorOf(fed.dtype, fed.shape, direction[k]));
    return this.#run(run, [...this.#feeds, ...tensors]).wanted[0].data;
  }

  #evaluate(by: number, restore: () => void): Moved {
    try {
      const [objective, ...branches] = this.#run(this.subject.values, this.#feeds).wanted;
      const changed = branches.findIndex(({ data }, k) => differs(data, this.#branches[k].data));
      // A copy, since what is only another view of a variable is about to move back.
      return { objective: Float64Array.from(objective.data), kink: changed < 0 ? undefined : this.subject.kinks[changed], by };
    } catch (error) {
      // Beyond the numbers that an operator takes, such as probabilities, there is nothing to compare with.
      if (!(error instanceof Problem) || error.code !== "number_out_of_range") throw error;
      return { objective: new Float64Array(this.objective.length).fill(Number.NaN), kink: undefined, by };
    } finally {
      restore();
    }
  }

  #run(run: Subject["values"], feeds: readonly Tensor[]): Outcome {
    if (this.#feeding.cancelled()) throw new Cancelled();
    return run.run({ ...this.#feeding, feeds });
  }

  /** ⟨u, y⟩ for the weights u. */
  weigh(y: ArrayLike<number>): number {
    let sum = 0;
    for (let k = 0; k < this.weights.length; k++) sum += this.weights[k] * y[k];
    return sum;
  }

  /** ⟨u, a - b⟩, the difference first. */
  weighDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let sum = 0;
    for (let k = 0; k < this.weights.length; k++) sum += this.weights[k] * (a[k] - b[k]);
    return sum;
  }
}

/** The tensor, where memory for another like it is to be had. */
function charged(tensor: Tensor): Tensor {
  account().charge(tensor.data.byteLength);
  return tensor;
}

/** Branches hold no NaN unless the operands do, and then there is no other side to be on. */
function differs(a: Data, b: Data): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at] && !(Number.isNaN(a[at]) && Number.isNaN(b[at]))) return true;
  return false;
}

export const sizesOf = (variables: readonly Variable[]): number[] => variables.map(({ value }) => sizeOf(value.shape));
