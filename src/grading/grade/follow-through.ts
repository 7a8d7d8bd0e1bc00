import { type Feeding, type Runnable, runnable } from "../../run/run.ts";
import { input, type Value } from "../../ir/graph.ts";
import { filled } from "../../ops/shape/expand.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Limits } from "../../request/limits.ts";
import { ItemReader } from "../item-reader.ts";
import type { Item } from "../items.ts";
import type { Ground } from "../mutants/ground.ts";
import type { TapeStep } from "../tape.ts";

interface Compiled {
  readonly run: Runnable;
  /** The items whose own tensors are fed. */
  readonly fed: readonly number[];
}

/** So many are kept: students of one class submit mostly the same items. */
const mostKept = 8;

/** What each item would be if it followed from a submission's own items before it: one error then costs once. */
export class FollowThrough {
  readonly #ground: Ground;
  readonly #items: readonly Item[];
  readonly #fed: readonly Value[];
  readonly #limits: Limits;
  /** By the places of the items that somebody submitted. */
  readonly #compiled = new Map<string, Compiled>();

  constructor(ground: Ground, items: readonly Item[], fed: readonly Value[], limits: Limits) {
    this.#ground = ground;
    this.#items = items;
    this.#fed = fed;
    this.#limits = limits;
  }

  /** What follows from the items of `own`, for each of them; by place, the submitted one, or the right one where that cannot be used. */
  from(own: ReadonlyMap<number, Tensor>, feeding: Feeding): ReadonlyMap<number, Tensor> {
    const places = [...own.keys()].toSorted((a, b) => a - b);
    const key = places.join();
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      if (this.#compiled.size >= mostKept) this.#compiled.clear();
      this.#compiled.set(key, (compiled = this.#compile(places.map((place) => this.#items[place]))));
    }
    const tensors = places.flatMap((place) => own.get(place) ?? []);
    const { wanted } = compiled.run.run({ ...feeding, feeds: [...feeding.feeds, ...compiled.fed.map((at) => tensors[at])] });
    return new Map(places.map((place, at) => [place, wanted[at]]));
  }

  #compile(items: readonly Item[]): Compiled {
    const { program, tape, backward } = this.#ground;
    const fed: { readonly item: number; readonly value: Value }[] = [];
    const stand = (item: number, type: Value): Value => {
      const value = input(type);
      fed.push({ item, value });
      return value;
    };

    const values = new Map<Value, Value>();
    items.forEach(({ name, subject }, at) => {
      if (name.kind !== "node" && name.kind !== "output") return;
      const value = tape.at(subject);
      // What is given is not computed from anything, and what is known cannot be replaced.
      if (value.node !== null && value.known === null && isFloating(value.dtype) && !values.has(value)) values.set(value, stand(at, value));
    });
    const { tape: followed, computed } = tape.rebuilt(values);

    const gradients = new Map<Value, Value>();
    const edges = new Map<TapeStep, Map<number, Value>>();
    const reader = new ItemReader(tape, items);
    items.forEach(({ name, subject }, at) => {
      if (name.kind === "gradient") gradients.set(followed.at(subject), stand(at, subject));
      const consumptions = reader.consumptions(at);
      // Inside a node that is taken apart an edge may be several.
      if (consumptions.length !== 1) return;
      const [{ place, input: position }] = consumptions;
      const step = followed.steps[place];
      const own = edges.get(step) ?? new Map<number, Value>();
      edges.set(step, own.set(position, stand(at, subject)));
    });
    const back = backward === null ? null : backward.over(followed, { gradients, edges });

    const wanted = items.map(({ name, subject }, at): Value => {
      const isForward = name.kind === "node" || name.kind === "output";
      return (isForward ? computed(tape.at(subject)) : reader.read(at, followed, back)) ?? filled(0, subject);
    });
    const all = [...this.#fed, ...fed.map(({ value }) => value)];
    return { run: runnable(program, wanted, this.#limits, { fed: all }), fed: fed.map(({ item }) => item) };
  }
}
