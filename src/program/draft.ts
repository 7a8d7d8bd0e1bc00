import type { DType } from "../tensor/dtype.ts";
import type { ProblemCode } from "../problems/catalogue.ts";
import { Problem, type ProblemPlace } from "../problems/problems.ts";
import type { GivenTensor } from "../request/tensor.ts";

/**
 * What a graph of nodes and a formula both become: names, operators and literals as the client wrote them, nothing typed or looked up
 * yet. Names may be used before they are defined. `compileDraft` makes a Program of it.
 */
export interface Draft {
  readonly inputs: readonly DraftInput[];
  readonly constants: readonly DraftConstant[];
  readonly nodes: readonly DraftNode[];
  readonly outputs: readonly string[];
  readonly locate: Locate;
}

export interface DraftInput {
  readonly name: string;
  /** Declared sizes, null for any; null when nothing is declared. */
  readonly shape: readonly (number | null)[] | null;
  readonly dtype: DType | null;
}

export interface DraftConstant {
  readonly name: string;
  readonly tensor: GivenTensor;
}

export interface DraftNode {
  /** One per output; null for one that nobody names. There is at least one, and the first that is named stands for the node. */
  readonly names: readonly (string | null)[];
  readonly op: string;
  readonly inputs: readonly DraftOperand[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The name of a value, a literal, or null for an optional input that is left out. */
export type DraftOperand = string | GivenTensor | null;

/** The tensors of a request by the names they are given for, and where each stands in the request. */
export interface GivenInputs {
  readonly tensors: ReadonlyMap<string, GivenTensor>;
  readonly pointers: ReadonlyMap<string, string>;
}

/** Where a part of a draft stands in the request. */
export interface Place {
  readonly pointer: string;
  /** Such as "Line 1, column 5: ", which sentences about a formula begin with. Found only when it is asked for: it takes a search. */
  readonly prefix?: () => string;
  /** What the client wrote where it gave no name of its own, such as "(x + y)^2"; none where it gave one. */
  readonly text?: () => string;
  readonly group?: NodeGroup;
}

/** What several nodes belong to together: a layer of a network, or a call of a formula's own function. */
export interface NodeGroup {
  /** Unlike that of any other group of the program. */
  readonly name: string;
  /** What it is one of, such as "Linear" or "f". */
  readonly title: string;
  readonly kind: "layer" | "call";
  /** The one that it lies in. */
  readonly within: NodeGroup | null;
}

/** Finds a part by the path that it has in a graph's JSON, such as `("nodes", 3, "inputs", 0)`. */
export type Locate = (...path: readonly (string | number)[]) => Place;

/** The name that stands for a node; a node without any keeps its place in the list for one. */
export const nameOf = (node: DraftNode): string | null => node.names.find((name) => name !== null) ?? null;

/** A fault at a part of a draft, as an entry of a problem's errors. */
export function faultAt(place: Place, detail: string, suggestion?: string): ProblemPlace {
  const full = (place.prefix?.() ?? "") + detail;
  return suggestion === undefined ? { pointer: place.pointer, detail: full } : { pointer: place.pointer, detail: full, suggestion };
}

/** A problem lists at most this many places. */
const mostPlaces = 20;

/** Collects faults of one kind, so that a client can mend them at once. */
export class Faults {
  readonly #code: ProblemCode;
  readonly #places: ProblemPlace[] = [];

  constructor(code: ProblemCode) {
    this.#code = code;
  }

  /** Throws as soon as there are more than anybody reads. */
  add(place: ProblemPlace): void {
    this.#places.push(place);
    if (this.#places.length === mostPlaces) this.throwIfAny();
  }

  throwIfAny(): void {
    if (this.#places.length > 0) throw new Problem(this.#code, this.#places[0].detail, this.#places);
  }
}

/** "; did you mean a, b or c?", or nothing. */
export const didYouMean = (candidates: readonly string[]): string =>
  candidates.length === 0
    ? ""
    : `; did you mean ${candidates.length === 1 ? candidates[0] : `${candidates.slice(0, -1).join(", ")} or ${candidates.at(-1)}`}?`;
