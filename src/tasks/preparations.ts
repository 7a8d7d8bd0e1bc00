import { createHash } from "node:crypto";
import { BudgetExceeded, currentId, withinBudget } from "../ir/graph.ts";
import { account } from "../memory/account.ts";
import type { Program } from "../program/program.ts";
import type { Limits } from "../request/limits.ts";
import { pointerTo, problemAt } from "../problems/problems.ts";
import type { ProgramSource } from "../program/source.ts";
import type { Compiler } from "../program/compiler.ts";
import type { Data } from "../tensor/dtype.ts";
import { bytesOf } from "../tensor/tensor.ts";
import { Shelf } from "./cache.ts";
import type { Shared } from "./define.ts";
import type { GivenInputs } from "../program/draft.ts";
import { signature } from "../program/feeds.ts";

/** Something that was compiled from a program, to be kept. */
export interface Prepared {
  readonly program: Program;
  /** Bytes outside the heap that keeping it takes, beside what its program's parameters start from. */
  readonly outside: number;
  /** Nodes and values that were made for it later. */
  readonly later?: () => number;
}

/** How many nodes and values a client's node may unfold into on average, its derivatives included. */
const unfolding = 24;

/**
 * What keeping something takes of the heap, in bytes, as measured for many kinds of programs (see the test): for each node and value, with
 * all that plans, bindings and outlines make of them; for those that are made later, of which less is kept; for each character of the key;
 * and in any case.
 */
const heapPerId = 660;
const heapPerLaterId = 200;
const heapPerCharacter = 3;
const heapPerEntry = 6500;

/** An entry's place in the cache: by itself, or once more by the numbers of the inputs that decide shapes. */
interface Entry<P> {
  readonly bound: readonly string[];
  readonly prepared: P | null;
  readonly size: number;
}

/** Numbers of an input, up to so many, stand in a key as they are. */
const mostSpelled = 64;

/**
 * Compiles programs and keeps them, most recently used first, by all that the result depends on: the program, what is asked of it, and the
 * types of its tensors. Where numbers decide shapes (the target of a reshape), those numbers too.
 */
export class Preparations<P extends Prepared> {
  readonly #entries: Shelf<Entry<P>>;
  readonly #limits: Limits;
  readonly #compiler: Compiler;

  constructor({ limits, cache, compiler }: Shared) {
    this.#limits = limits;
    this.#compiler = compiler;
    this.#entries = new Shelf(cache, ({ size, prepared }) => size + heapPerLaterId * (prepared?.later?.() ?? 0));
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
    const since = currentId();
    const prepared = prepare();
    const ids = currentId() - since;
    const { inputs } = prepared.program;
    const bound = inputs.filter(({ value }) => value.known !== null).map(({ name }) => name);
    const starts = inputs.filter(({ name, role }) => role !== "input" && !given.tensors.has(name));
    const outside = starts.reduce((sum, { value }) => sum + bytesOf(value), prepared.outside);
    const sizeAt = (place: string): number => heapPerEntry + heapPerCharacter * place.length + heapPerId * ids + outside;
    if (bound.length > 0) {
      const place = key + numbersOf(bound, given);
      this.#entries.set(key, { bound, prepared: null, size: heapPerCharacter * key.length });
      this.#entries.set(place, { bound, prepared, size: sizeAt(place) });
    } else this.#entries.set(key, { bound, prepared, size: sizeAt(key) });
    return prepared;
  }
}

/**
 * Refuses programs that unfold into too many nodes while they are compiled and differentiated, or into more than there is room for.
 * `pointer` is where the program stands.
 */
export function withinUnfolding<T>({ nodes }: Limits, pointer: string, work: () => T): T {
  const { heapFree } = account();
  const most = Math.min(nodes * unfolding, Math.floor(heapFree / heapPerId));
  try {
    return withinBudget(most, work);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    const detail = `The program unfolds into more than ${most} nodes and values with its derivatives`;
    if (most === nodes * unfolding) throw problemAt("too_many_nodes", pointer, detail);
    throw problemAt(
      "memory_limit",
      pointer,
      `${detail}: the ${heapFree} bytes of memory that there are for one request suffice for no more`,
    );
  }
}

const numbersOf = (names: readonly string[], given: GivenInputs): string =>
  names.map((name) => `|${name}=${spelled(given.tensors.get(name)?.data ?? noNumbers)}`).join("");

const noNumbers = new Float64Array(0);

const spelled = (data: Data): string =>
  data.length <= mostSpelled
    ? data.join()
    : createHash("sha256")
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest("base64");
