import type { Value } from "../ir/graph.ts";
import { sumOf } from "../ops/arithmetic/sum.ts";
import type { BackwardPass } from "./backward.ts";
import { consumptionsOf, type Item } from "./items.ts";
import type { Tape } from "./tape.ts";

/** Finds the values of items on tapes that have the steps of one program. */
export class ItemReader {
  readonly items: readonly Item[];
  readonly tape: Tape;
  /** For edges: the places of the consuming steps, and which of their inputs it is. */
  readonly #consumptions: readonly (readonly { readonly place: number; readonly input: number }[])[];

  constructor(tape: Tape, items: readonly Item[]) {
    this.items = items;
    this.tape = tape;
    const places = new Map(tape.steps.map((step, place) => [step, place]));
    this.#consumptions = items.map((item) =>
      consumptionsOf(tape, item).map(({ step, input }) => ({ place: places.get(step) ?? 0, input })),
    );
  }

  /** The value of an item, by its position; null for a gradient that is not there. */
  read(at: number, tape: Tape, backward: BackwardPass | null): Value | null {
    const { name, subject } = this.items[at];
    if (name.kind === "output" || name.kind === "node") return tape.at(subject);
    if (backward === null) return null;
    if (name.kind === "gradient") return backward.sumAt(tape.at(subject));
    const flows = this.consumptions(at).map(({ place, input }) => backward.flowAt(tape.steps[place], input));
    const flowing = flows.filter((flow) => flow !== null);
    return flowing.length === 0 ? null : flowing.length === 1 ? flowing[0] : sumOf(flowing);
  }

  /** Where an edge is, by the places of steps; nowhere for items of other kinds. */
  consumptions(at: number): readonly { readonly place: number; readonly input: number }[] {
    return this.#consumptions[at];
  }
}
