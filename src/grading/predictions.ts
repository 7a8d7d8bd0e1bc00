import { type Feeding, runnable, type Runnable } from "../run/run.ts";
import type { Value } from "../ir/graph.ts";
import { filled } from "../ops/shape/expand.ts";
import { spanOf } from "../tensor/shape.ts";
import { copyOf, type Tensor } from "../tensor/tensor.ts";
import type { Limits } from "../request/limits.ts";
import { Problem } from "../problems/problems.ts";
import { ItemReader } from "./item-reader.ts";
import type { Item } from "./items.ts";
import type { Mutant } from "./mistakes/define.ts";
import { type Consequence, type FeedChange, Ground } from "./mutants/ground.ts";
import { mutantsOf, type Outgrown } from "./mutants/mutants.ts";

/** What a submission with one certain mistake would hold, of the items that the mistake touches. */
export interface Prediction {
  readonly mutant: Mutant;
  /** By the item's position; an item that is missing is as it should be. */
  readonly tensors: ReadonlyMap<number, Tensor>;
}

/** Elements that all predictions at one point may have together, and those of one run. */
const mostElements = 12e6;
const elementsPerRun = 3e6;
/** Predictions of up to this many elements are kept: graders send the same inputs again and again. */
const keptElements = 1e6;
/** Mistakes that are predicted in one run. */
const mutantsPerRun = 40;
/** Operations that all predictions at one point may take together; those that come first in the catalogue of mistakes are made. */
const mostWork = 4e9;
/** Second mistakes are predicted where first ones take at most this many operations and elements; as many elements are kept of them. */
const mostWorkOfPairs = 2e7;
const mostElementsOfPairs = 1e5;
const keptElementsOfPairs = 5e5;

interface Part {
  readonly mutants: readonly { readonly mutant: Mutant; readonly items: readonly (readonly [item: number, position: number])[] }[];
  readonly run: Runnable;
}

/** The predictions of all known mistakes for a program's items. What is compiled is compiled once, what is run is run when it is asked for. */
export class Predictions {
  readonly #ground: Ground;
  readonly #reader: ItemReader;
  readonly #fed: readonly Value[];
  readonly #right: Runnable;
  readonly #limits: Limits;
  #parts: readonly Part[] | null = null;
  #work = 0;
  #refed: readonly { readonly mutant: Mutant; readonly feeds: FeedChange }[] = [];
  readonly #consequences = new Map<Mutant, Consequence>();
  /** Mistakes that touch none of the items. */
  readonly #harmless: Prediction[] = [];
  /** For the feeds of `#last`. */
  readonly #under = new Map<Mutant, readonly Prediction[] | null>();
  #elementsUnder = 0;
  #last: { readonly feeds: readonly Tensor[]; readonly predictions: readonly Prediction[]; readonly elements: number } | null = null;

  /** `fed` is fed after the program's inputs; `right` computes what the items should be, in their order. */
  constructor(ground: Ground, items: readonly Item[], fed: readonly Value[], right: Runnable, limits: Limits) {
    this.#ground = ground;
    this.#reader = new ItemReader(ground.tape, items);
    this.#fed = fed;
    this.#right = right;
    this.#limits = limits;
  }

  /** At a point. Throws Cancelled. */
  at(feeding: Feeding): readonly Prediction[] {
    if (this.#last !== null && sameFeeds(this.#last.feeds, feeding.feeds)) return this.#last.predictions;
    const predictions = [...this.#computed(feeding), ...this.#atOtherFeeds(feeding), ...this.#harmless];
    const elements = elementsOf(predictions);
    this.#last = elements <= keptElements ? { feeds: feeding.feeds.map(copyOf), predictions, elements } : null;
    this.#under.clear();
    this.#elementsUnder = 0;
    return predictions;
  }

  /**
   * What all mistakes would lead to at a point, the one that was asked for last, if one of these had been made as well; null for one that
   * nothing can be built on, and where it would take too much memory.
   */
  under(mutant: Mutant, feeding: Feeding): readonly Prediction[] | null {
    if (this.#last === null || this.#work > mostWorkOfPairs || this.#last.elements > mostElementsOfPairs) return null;
    const kept = this.#under.get(mutant);
    if (kept !== undefined) return kept;
    const predictions = this.#after(mutant)?.at(feeding) ?? null;
    const elements = elementsOf(predictions ?? []);
    if (this.#elementsUnder + elements <= keptElementsOfPairs) {
      this.#elementsUnder += elements;
      this.#under.set(mutant, predictions);
    }
    return predictions;
  }

  #after(mutant: Mutant): Predictions | null {
    const consequence = this.#consequences.get(mutant);
    if (consequence === undefined || consequence.feeds !== undefined || consequence.only !== undefined) return null;
    const { tape, backward } = consequence;
    const { items } = this.#reader;
    const values = items.map((item, at) => this.#reader.read(at, tape, backward) ?? filled(0, item.subject));
    const run = this.#runnable(values);
    if (run === null) return null;
    return new Predictions(new Ground(this.#ground.program, tape, backward), items, this.#fed, run, this.#limits);
  }

  #computed(feeding: Feeding): Prediction[] {
    this.#parts ??= this.#compiled();
    return this.#parts.flatMap(({ mutants, run }) => {
      const wanted = resultOrNull(() => run.run(feeding).wanted);
      if (wanted === null) return [];
      const copies = new Map<Tensor, Tensor>();
      return mutants.map(({ mutant, items }) => ({
        mutant,
        tensors: new Map(
          items.map(([item, position]) => {
            const tensor = wanted[position];
            let copy = copies.get(tensor);
            if (copy === undefined) copies.set(tensor, (copy = copyOf(tensor)));
            return [item, copy] as const;
          }),
        ),
      }));
    });
  }

  #atOtherFeeds(feeding: Feeding): Prediction[] {
    return this.#refed.flatMap(({ mutant, feeds: { input, change } }) => {
      const other = change(feeding.feeds[input]);
      if (other === null) return [];
      const wanted = resultOrNull(() => this.#right.run({ ...feeding, feeds: feeding.feeds.with(input, other) }).wanted);
      return wanted === null ? [] : [{ mutant, tensors: new Map(wanted.map((tensor, item) => [item, copyOf(tensor)])) }];
    });
  }

  /** What exceeds the limits is left out: a diagnosis is worth less than an answer. */
  #runnable(wanted: readonly Value[]): Runnable | null {
    return resultOrNull(() => runnable(this.#ground.program, wanted, this.#limits, { fed: this.#fed }));
  }

  #compiled(): readonly Part[] {
    const outgrown = mutantsOf(this.#ground, this.#reader.items.length);
    this.#refed = outgrown.flatMap(({ mutant, consequence: { feeds } }) => (feeds === undefined ? [] : [{ mutant, feeds }]));
    const parts: Part[] = [];
    let total = 0;
    let wanted: Value[] = [];
    let mutants: { mutant: Mutant; items: (readonly [number, number])[] }[] = [];
    let elements = 0;
    const close = (): void => {
      const run = mutants.length === 0 ? null : this.#runnable(wanted);
      if (run !== null && this.#work + run.operations <= mostWork) {
        this.#work += run.operations;
        parts.push({ mutants, run });
      }
      wanted = [];
      mutants = [];
      elements = 0;
    };
    for (const each of outgrown) {
      this.#consequences.set(each.mutant, each.consequence);
      const changed = changedItems(this.#reader, this.#ground, each);
      const size = changed.reduce((sum, [, value]) => sum + spanOf(value.shape), 0);
      if (changed.length === 0 && each.consequence.feeds === undefined) this.#harmless.push({ mutant: each.mutant, tensors: new Map() });
      if (changed.length === 0 || total + size > mostElements) continue;
      if (elements + size > elementsPerRun || mutants.length === mutantsPerRun) close();
      total += size;
      elements += size;
      mutants.push({ mutant: each.mutant, items: changed.map(([item, value]) => [item, wanted.push(value) - 1] as const) });
    }
    close();
    return parts;
  }
}

/** null where the limits or the numbers forbid what a mistake would do. */
function resultOrNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** The items that a mistake touches, each with what it becomes. */
function changedItems(reader: ItemReader, { backward }: Ground, { consequence }: Outgrown): (readonly [number, Value])[] {
  if (consequence.feeds !== undefined) return [];
  const { items, tape } = reader;
  return items.flatMap((item, at): (readonly [number, Value])[] => {
    if (consequence.only) {
      const { value, gradient } = consequence.only;
      return item.name.kind === "gradient" && tape.at(item.subject) === value ? [[at, gradient]] : [];
    }
    const before = reader.read(at, tape, backward);
    const after = reader.read(at, consequence.tape, consequence.backward);
    return after === before ? [] : [[at, after ?? filled(0, item.subject)]];
  });
}

function elementsOf(predictions: readonly Prediction[]): number {
  let elements = 0;
  for (const { tensors } of predictions) for (const { data } of tensors.values()) elements += data.length;
  return elements;
}

function sameFeeds(a: readonly Tensor[], b: readonly Tensor[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ data }, at) => data.length === b[at].data.length && data.every((x, i) => Object.is(x, b[at].data[i])))
  );
}
