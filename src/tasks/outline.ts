import type { NamedValue } from "../program/program.ts";
import type { Value } from "../ir/graph.ts";
import { problem, type Problem } from "../problems/problems.ts";
import type { Limits } from "../request/limits.ts";
import { shortestText } from "../request/encode.ts";
import type { Encoding } from "../request/values.ts";

/** Stands in an outline for one of a run's tensors. */
export class Leaf {
  /** The tensor's place among the results. */
  readonly position: number;

  constructor(position: number) {
    this.position = position;
  }

  /** What JSON says in its place: no name may contain the control character. */
  toJSON(): string {
    return `\u0000${this.position}`;
  }
}

/** Puts the tensor of a value into an outline; null where there is no value. */
export type Put = (value: Value | null) => Leaf | null;

/**
 * How the tensors of a run are told, whatever their numbers: names and nesting, with leaves where tensors stand. Made once for a plan, so
 * that a door may keep what it makes of it.
 */
export class Outline {
  /** What a run has to compute, each value once, in the order of the results. */
  readonly values: readonly Value[];
  readonly layout: object;
  /** How often each of them is told. */
  readonly #times: readonly number[];
  readonly #shortest: Partial<Record<Encoding, number>> = {};

  constructor(compose: (put: Put) => object) {
    const leaves = new Map<Value, Leaf>();
    const times: number[] = [];
    this.layout = compose((value) => {
      if (value === null) return null;
      let leaf = leaves.get(value);
      if (leaf === undefined) leaves.set(value, (leaf = new Leaf(times.push(0) - 1)));
      times[leaf.position]++;
      return leaf;
    });
    this.values = [...leaves.keys()];
    this.#times = times;
  }

  /** Characters of the tensors in an answer if every element were written as short as possible. */
  shortest(encoding: Encoding): number {
    return (this.#shortest[encoding] ??= this.values.reduce((sum, value, at) => sum + this.#times[at] * shortestText(value, encoding), 0));
  }

  /** Throws answer_too_large when even the shortest answers, so many of them, would be too long. */
  requireShort(encoding: Encoding, answers: number, limits: Limits): void {
    if (answers * this.shortest(encoding) > limits.answerBytes) throw answerTooLarge(limits);
  }
}

/** An object keyed by clients' names, whatever they are: without a prototype, no name is special. */
export function record<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const object = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) object[name] = value;
  return object;
}

/** Named values of an outline. */
export const putAll = (values: readonly NamedValue[], put: Put): Record<string, Leaf | null> =>
  record(values.map(({ name, value }) => [name, put(value)] as const));

export const answerTooLarge = (limits: Limits): Problem =>
  problem(
    "answer_too_large",
    `The answer would be longer than ${limits.answerBytes} bytes: ask for fewer parts with return, or for the encoding base64`,
  );
