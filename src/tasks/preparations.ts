import { BudgetExceeded, withinBudget } from "../ir/graph.ts";
import type { Program } from "../program/program.ts";
import type { Limits } from "../request/limits.ts";
import { pointerTo, problemAt } from "../problems/problems.ts";
import type { ProgramSource } from "../program/source.ts";
import type { Compiler } from "../program/compiler.ts";
import { Cache } from "./cache.ts";
import type { GivenInputs } from "../program/draft.ts";
import { signature } from "../program/feeds.ts";

/** Something that was compiled from a program, with the memory that keeping it costs, in bytes. */
export interface Prepared {
  readonly program: Program;
  readonly size: number;
}

/** How many nodes and values a client's node may unfold into on average, its derivatives included. */
const unfolding = 24;

/** An entry's place in the cache: by itself, or once more by the numbers of the inputs that decide shapes. */
type Entry<P> = { readonly bound: readonly string[]; readonly prepared: P | null };

/**
 * Compiles programs and keeps them, most recently used first, by all that the result depends on: the program, what is asked of it, and the
 * types of its tensors. Where numbers decide shapes (the target of a reshape), those numbers too.
 */
export class Preparations<P extends Prepared> {
  readonly #entries: Cache<Entry<P>>;
  readonly #limits: Limits;
  readonly #compiler: Compiler;

  constructor(limits: Limits, bytes: number, compiler: Compiler) {
    this.#limits = limits;
    this.#compiler = compiler;
    this.#entries = new Cache(bytes);
  }

  /** `question` is whatever else the result of `prepare` depends on, as text. */
  get(source: ProgramSource, question: string, given: GivenInputs, prepare: () => P): P {
    // What is kept was perhaps compiled for another client.
    this.#compiler.requireKnown(source);
    const key = `${source.kind}|${typeof source.source === "string" ? source.source : JSON.stringify(source.source)}|${question}|${signature(given)}`;
    const entry = this.#entries.get(key);
    if (entry?.prepared) return entry.prepared;
    const bound = entry === undefined ? null : this.#entries.get(key + numbersOf(entry.bound, given));
    if (bound?.prepared) return bound.prepared;
    return this.#make(key, given, () => withinUnfolding(this.#limits, pointerTo(source.kind), prepare));
  }

  #make(key: string, given: GivenInputs, prepare: () => P): P {
    const prepared = prepare();
    const bound = prepared.program.inputs.filter(({ value }) => value.known !== null).map(({ name }) => name);
    const size = prepared.size + 2 * key.length;
    if (bound.length > 0) {
      this.#entries.set(key, { bound, prepared: null }, 2 * key.length);
      this.#entries.set(key + numbersOf(bound, given), { bound, prepared }, size);
    } else this.#entries.set(key, { bound, prepared }, size);
    return prepared;
  }
}

/** Refuses programs that unfold into too many nodes while they are compiled and differentiated. `pointer` is where the program stands. */
export function withinUnfolding<T>({ nodes }: Limits, pointer: string, work: () => T): T {
  try {
    return withinBudget(nodes * unfolding, work);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    const detail = `The program unfolds into more than ${nodes * unfolding} nodes and values with its derivatives`;
    throw problemAt("too_many_nodes", pointer, detail);
  }
}

const numbersOf = (names: readonly string[], given: GivenInputs): string =>
  names.map((name) => `|${name}=${Array.from(given.tensors.get(name)?.data ?? []).join()}`).join("");
