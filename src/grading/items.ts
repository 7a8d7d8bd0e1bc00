import type { Derivatives } from "../compute/differentiate.ts";
import { didYouMean } from "../program/draft.ts";
import type { NamedNode, NamedValue, Program } from "../program/program.ts";
import type { Value } from "../ir/graph.ts";
import { filled } from "../ops/shape/expand.ts";
import { isFloating } from "../tensor/dtype.ts";
import { nearest } from "../problems/nearest.ts";
import { problemAt } from "../problems/problems.ts";
import { type Consumer, isWhole, simple, type Tape } from "./tape.ts";

/** What is judged: a value that the forward pass gives, the gradient of a value, or what flows back along an edge. */
export type ItemName =
  | { readonly kind: "output" | "node" | "gradient"; readonly name: string }
  | { readonly kind: "edge"; readonly from: string | null; readonly to: string; readonly input: number };

/** Whether it is what the forward pass gives, and no gradient. */
export const isValue = ({ kind }: ItemName): boolean => kind === "output" || kind === "node";

/** An item of a program, found by its name. */
export interface Item {
  readonly name: ItemName;
  /** The value, the value whose gradient it is, or the one that is consumed. */
  readonly subject: Value;
  /** The consuming node of an edge; null for other kinds. */
  readonly consumer: NamedNode | null;
  /** Place in the order in which a person computes: the forward pass, then the backward pass. */
  readonly order: number;
}

/** An item as a request names it: `from` or `input` of an edge may be left out where the other one tells. */
export type ItemRequest = ValueRequest | EdgeRequest;

interface ValueRequest {
  readonly kind: "output" | "node" | "gradient";
  readonly name: string;
  readonly pointer: string;
}

interface EdgeRequest {
  readonly kind: "edge";
  readonly from: string | null | undefined;
  readonly to: string;
  readonly input: number | undefined;
  readonly pointer: string;
}

/** Two items are the same if their keys are. */
export const keyOf = (name: ItemName): string =>
  name.kind === "edge" ? JSON.stringify([name.kind, name.to, name.input]) : JSON.stringify([name.kind, name.name]);

/** Finds the items of a program that requests name. Throws undefined_name or not_differentiable with the pointer of the request's place. */
export class ItemFinder {
  readonly #program: Program;
  readonly #values: ReadonlyMap<string, Value>;
  readonly #firstUse = new Map<Value, number>();
  readonly #nodes: ReadonlyMap<string, NamedNode>;
  readonly #names: ReadonlyMap<Value, string>;
  readonly #places: ReadonlyMap<Value, number>;

  constructor(program: Program) {
    this.#program = program;
    this.#values = new Map(program.values.map(({ name, value }) => [name, value]));
    this.#nodes = new Map(program.nodes.map((node) => [node.name, node]));
    this.#names = new Map(program.values.map(({ name, value }) => [value, name]));
    this.#places = new Map(program.values.map(({ value }, place) => [value, place]));
    for (const { node } of program.nodes) {
      const place = this.#places.get(node.outputs[0]) ?? program.values.length;
      for (const value of node.inputs) if (value !== null && !this.#firstUse.has(value)) this.#firstUse.set(value, place);
    }
  }

  /** Whether there may be such an item; that it is found is said by `find`. */
  mayHave(request: ItemRequest): boolean {
    return request.kind === "edge" ? this.#nodes.has(request.to) : this.#values.has(request.name);
  }

  find(request: ItemRequest): Item {
    return request.kind === "edge" ? this.#edge(request) : this.#value(request);
  }

  #value({ kind, name, pointer }: ValueRequest): Item {
    const { outputs, values } = this.#program;
    // A network's output has a name of its own beside that of its last layer.
    const value = kind === "output" ? outputs.find((output) => output.name === name)?.value : this.#values.get(name);
    if (value === undefined) throw unknown(kind === "output" ? "output" : "value", name, kind === "output" ? outputs : values, pointer);
    if (kind !== "gradient") return { name: { kind, name }, subject: value, consumer: null, order: this.#places.get(value) ?? 0 };
    if (!isFloating(value.dtype)) {
      throw problemAt("not_differentiable", pointer, `The value ${name} is ${value.dtype}, so there is no gradient of it`);
    }
    // A gradient is complete when the first of the nodes that use the value has been gone back through.
    return { name: { kind, name }, subject: value, consumer: null, order: this.#backward(this.#firstUse.get(value) ?? Infinity, 0.75) };
  }

  #edge({ from, to, input, pointer }: EdgeRequest): Item {
    const consumer = this.#nodes.get(to);
    if (consumer === undefined) throw unknown("node", to, this.#program.nodes, `${pointer}/to`);
    const { node } = consumer;
    const fromOf = (at: number): string | null => this.#names.get(node.inputs[at] ?? node.outputs[0]) ?? null;
    const places = [...node.inputs.keys()].filter((at) => node.inputs[at] !== null && (from === undefined || fromOf(at) === from));
    const at = input ?? (places.length === 1 ? places[0] : undefined);
    if (at === undefined) {
      const wrong =
        places.length === 0
          ? `The node ${to} does not use ${from ?? "a literal"}`
          : `The node ${to} has several such inputs: say which with input, from 0`;
      throw problemAt("undefined_name", pointer, wrong);
    }
    const subject = node.inputs[at] ?? null;
    if (subject === null || !places.includes(at)) {
      throw problemAt(
        "undefined_name",
        `${pointer}/input`,
        `The node ${to} has no input ${at}${from === undefined ? "" : ` that is ${from ?? "a literal"}`}`,
      );
    }
    if (!isFloating(subject.dtype)) {
      throw problemAt("not_differentiable", pointer, `Input ${at} of ${to} is ${subject.dtype}, so no gradient flows along that edge`);
    }
    const place = this.#places.get(node.outputs[0]) ?? 0;
    return { name: { kind: "edge", from: fromOf(at), to, input: at }, subject, consumer, order: this.#backward(place, 0.5) };
  }

  #backward(place: number, within: number): number {
    const last = this.#program.values.length;
    return last + Math.max(0, last - place) + within;
  }
}

function unknown(what: string, name: string, candidates: readonly (NamedValue | NamedNode)[], pointer: string): Error {
  const meant = nearest(
    name,
    candidates.map((candidate) => candidate.name),
  );
  return problemAt("undefined_name", pointer, `The program has no ${what} named ${name}${didYouMean(meant)}`, meant[0]);
}

/** The value that an item should have; `derivatives` may be null for items of the forward pass alone. */
export function expectedOf({ name, subject, consumer }: Item, derivatives: Derivatives | null): Value {
  if (name.kind === "output" || name.kind === "node") return subject;
  if (derivatives === null) throw new Error("a gradient is judged that was not taken");
  const gradient = name.kind === "edge" ? flowInto(derivatives, consumer, name.input) : derivatives.gradientOf(subject);
  return gradient ?? filled(0, subject);
}

const flowInto = ({ flows }: Derivatives, consumer: NamedNode | null, input: number): Value | null =>
  (consumer === null ? undefined : flows.get(consumer.node)?.[input]) ?? null;

/** Where on a tape an edge is: the steps by which a client's node consumes its input. They are one, unless the node is taken apart. */
export function consumptionsOf(tape: Tape, { name, consumer }: Item): readonly Consumer[] {
  if (name.kind !== "edge" || consumer === null) return [];
  const { node } = consumer;
  const inner = (isWhole(node) ? node : (node.expansion ?? node)).inputs[name.input];
  if (inner === null || inner === undefined) return [];
  return tape
    .consumers(simple(inner))
    .filter(({ step, input: at }) => step.owner === consumer && (step.node !== node || at === name.input));
}
