import { addScaled, dot, scaleBy } from "./vectors.ts";

/** A move that was made: how far, and how the gradient changed. */
interface Move {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** One over the product of the two. */
  weight: number;
}

/** A change of less curvature than this says nothing. */
const leastCurvature = 1e-10;

/** What the last moves have shown of the curvature. Only moves to remember take new memory, until there are enough. */
export class Curvature {
  readonly #size: number;
  readonly #most: number;
  readonly #shares: Float64Array;
  /** Oldest first. */
  readonly #moves: Move[] = [];
  #spare: Move;

  /** Of vectors of so many elements; at most `most` moves are remembered. */
  constructor(size: number, most: number) {
    this.#size = size;
    this.#most = most;
    this.#shares = new Float64Array(most);
    this.#spare = this.#emptyMove();
  }

  /** How many moves it remembers. */
  get moves(): number {
    return this.#moves.length;
  }

  /** Keeps a move by `length` along a direction, in place of the oldest when there are too many. */
  remember(direction: Float64Array, length: number, before: Float64Array, after: Float64Array): void {
    const { step, change } = this.#spare;
    addScaled(change, after, -1, before);
    step.set(direction);
    scaleBy(step, length);
    const product = dot(change, step);
    if (!(product > leastCurvature)) return;
    this.#spare.weight = 1 / product;
    this.#moves.push(this.#spare);
    const oldest = this.#moves.length > this.#most ? this.#moves.shift() : undefined;
    this.#spare = oldest ?? this.#emptyMove();
  }

  /** Turns a direction, in place, to where Newton's method would go by what is remembered. */
  turn(direction: Float64Array): void {
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

  /** The moves as torch names them: views of what is in use. */
  tensors(): [string, Float64Array][] {
    return this.#moves.flatMap(({ step, change }, at): [string, Float64Array][] => [
      [`old_stps/${at}`, step],
      [`old_dirs/${at}`, change],
    ]);
  }

  /** Remembers so many moves in place of its own; `copy` fills a vector with the tensor of a name. */
  restore(moves: number, copy: (into: Float64Array, name: string) => void): void {
    this.#moves.length = 0;
    for (let at = 0; at < moves; at++) {
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
}
