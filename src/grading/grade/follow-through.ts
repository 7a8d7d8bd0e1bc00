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

/** What each item would be if it followed from a submission's own items before it: one error then costs once. */
export class FollowThrough {
  readonly #ground: Ground;
  readonly #items: readonly Item[];
  readonly #fed: readonly Value[];
  readonly #limits: Limits;
  #compiled: { readonly run: Runnable; readonly places: readonly number[] } | null = null;

  constructor(ground: Ground, items: readonly Item[], fed: readonly Value[], limits: Limits) {
    this.#ground = ground;
    this.#items = items;
    this.#fed = fed;
    this.#limits = limits;
  }

  /** The items that follow from `own`, one tensor per item: the submitted one, or the right one where that cannot be used. */
  from(own: readonly Tensor[], feeding: Feeding): readonly Tensor[] {
    this.#compiled ??= this.#compile();
    const { run, places } = this.#compiled;
    return run.run({ ...feeding, feeds: [...feeding.feeds, ...places.map((item) => own[item])] }).wanted;
  }

  #compile(): { run: Runnable; places: number[] } {
    const { program, tape, backward } = this.#ground;
    const fed: { readonly item: number; readonly value: Value }[] = [];
    const stand = (item: number, type: Value): Value => {
      const value = input(type);
      fed.push({ item, value });
      return value;
    };

    const values = new Map<Value, Value>();
    this.#items.forEach(({ name, subject }, at) => {
      if (name.kind !== "node" && name.kind !== "output") return;
      const value = tape.at(subject);
      // What is given is not computed from anything, and what is known cannot be replaced.
      if (value.node !== null && value.known === null && isFloating(value.dtype) && !values.has(value)) values.set(value, stand(at, value));
    });
    const { tape: followed, computed } = tape.rebuilt(values);

    const gradients = new Map<Value, Value>();
    const edges = new Map<TapeStep, Map<number, Value>>();
    const reader = new ItemReader(tape, this.#items);
    this.#items.forEach(({ name, subject }, at) => {
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

    const wanted = this.#items.map(({ name, subject }, at): Value => {
      const isForward = name.kind === "node" || name.kind === "output";
      return (isForward ? computed(tape.at(subject)) : reader.read(at, followed, back)) ?? filled(0, subject);
    });
    const all = [...this.#fed, ...fed.map(({ value }) => value)];
    return { run: runnable(program, wanted, this.#limits, { fed: all }), places: fed.map(({ item }) => item) };
  }
}
