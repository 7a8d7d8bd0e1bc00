import { account } from "../../memory/account.ts";
import type { Operator } from "../../ops/define.ts";
import type { Limits } from "../../request/limits.ts";
import { Problem } from "../../problems/problems.ts";
import { decodeTensor, type GivenTensor } from "../../request/tensor.ts";
import type { Draft, DraftConstant, DraftInput, Locate, DraftOperand, NodeGroup, Place } from "../draft.ts";
import { FreshNames, snakeName } from "../names.ts";
import { expressionPointer, faultIn, placeIn, prefixAt } from "./fault.ts";
import type { List, Literal, OpenNode, Reference, Unnamed, FormulaTerm } from "./term.ts";
import { listing, renaming } from "./vocabulary.ts";

/** What the formula says about its names as a whole, known before it is read. */
export interface NameFacts {
  /** Every name that stands for a value somewhere in the formula. */
  readonly mentioned: ReadonlySet<string>;
  /** How often each name is assigned. */
  readonly assignments: ReadonlyMap<string, number>;
  /** The names for which the request gives tensors. */
  readonly given: { has(name: string): boolean };
}

/** Names of numbers, where nothing else has them. */
export const fixed: ReadonlyMap<string, number | boolean> = new Map<string, number | boolean>([
  ["pi", Math.PI],
  ["π", Math.PI],
  ["Pi", Math.PI],
  ["PI", Math.PI],
  ["e", Math.E],
  ["inf", Infinity],
  ["∞", Infinity],
  ["Infinity", Infinity],
  ["nan", NaN],
  ["NaN", NaN],
  ["true", true],
  ["false", false],
]);

const none: ReadonlyMap<string, Literal> = new Map();

/** What a node takes as it is written down, with its names and places, in bytes. */
const heapPerNode = 600;

/** Writes nodes down in the order in which they are computed, and decides every name. */
export class Emitter {
  readonly #text: string;
  readonly #facts: NameFacts;
  readonly #limits: Limits;
  readonly #fresh: FreshNames;
  readonly #nodes: OpenNode[] = [];
  readonly #constants: (DraftConstant & { readonly at: number })[] = [];
  /** Inputs and the offsets at which they are first read. */
  readonly #inputs = new Map<string, number>();
  /** What each assigned name stands for at this point. */
  readonly #bindings = new Map<string, string>();
  readonly #assigned = new Map<string, number>();
  readonly #calls = new FreshNames(new Set());
  /** The call whose body is being written. */
  #group: NodeGroup | null = null;
  /** How many nodes have their names. */
  #named = 0;
  /** Where each node is written, from its first character to behind its last; null for one that no part of the text writes by itself. */
  readonly #spans: (readonly [begin: number, end: number] | null)[] = [];

  constructor(text: string, facts: NameFacts, limits: Limits) {
    this.#text = text;
    this.#facts = facts;
    this.#limits = limits;
    this.#fresh = new FreshNames(facts.mentioned);
  }

  /** What a name stands for where it is read: an assigned value, a number such as pi, or an input. */
  read(name: string, at: number): FormulaTerm {
    const bound = this.#bindings.get(name);
    if (bound !== undefined) return { kind: "reference", name: bound, at };
    const number = fixed.get(name);
    if (number !== undefined && this.isFixed(name)) return { kind: "literal", json: number, at };
    if (!this.#inputs.has(name)) this.#inputs.set(name, at);
    return { kind: "reference", name, at };
  }

  isFixed(name: string): boolean {
    return fixed.has(name) && !this.#facts.assignments.has(name) && !this.#facts.given.has(name);
  }

  /** Whether a name stands for a value, so that a parenthesis behind it may be meant as a product. */
  isValue(name: string): boolean {
    return this.isKnown(name) || this.#inputs.has(name);
  }

  /** Whether a name stands for a value that there is, and not for one that is only asked for. */
  isKnown(name: string): boolean {
    return this.#bindings.has(name) || this.#facts.given.has(name) || this.isFixed(name);
  }

  apply(op: Operator, operands: readonly (FormulaTerm | null)[], at: number, attributes: ReadonlyMap<string, Literal> = none): Unnamed {
    if (this.#nodes.length >= this.#limits.nodes) {
      throw faultIn(this.#text, at, `the formula has more than ${this.#limits.nodes} nodes`, undefined, "too_many_nodes");
    }
    account().chargeHeap(heapPerNode);
    const node: OpenNode = {
      kind: "node",
      names: null,
      op: op.type,
      stem: snakeName(op.type),
      inputs: operands.map((operand) => (operand === null ? null : this.#operand(operand))),
      attributes: attributes === none ? {} : Object.fromEntries(Array.from(attributes, ([name, { json }]) => [name, json])),
      places: {
        at,
        inputs: operands.map((operand) => operand?.at ?? at),
        attributes,
      },
      group: this.#group,
    };
    this.#nodes.push(node);
    return { kind: "unnamed", node, at };
  }

  /** What is written until the call is left belongs to it. */
  enterCall(title: string): void {
    this.#group = { name: this.#calls.next(title), title, kind: "call", within: this.#group };
  }

  leaveCall(): void {
    this.#group = this.#group?.within ?? null;
  }

  /** Says that this part of the text wrote the nodes that were made since the last one did. */
  wrote(begin: number, end: number): void {
    while (this.#spans.length < this.#nodes.length) this.#spans.push([begin, end]);
  }

  #operand(term: FormulaTerm): string | OpenNode | Literal {
    if (term.kind === "literal") return term;
    const value = this.#single(term);
    return value.kind === "unnamed" ? value.node : value.name;
  }

  /** A list of values as one value: side by side along a new axis, as numbers in a list are. */
  #single<T extends FormulaTerm>(term: T | List): Exclude<T, List> | Unnamed;
  #single(term: FormulaTerm): FormulaTerm {
    return term.kind === "list" ? this.apply(listing(), term.items, term.at) : term;
  }

  /** Gives a value to a name, and returns the name under which the graph has it: the last assignment of a name keeps it as it is. */
  assign(target: Reference, given: FormulaTerm): string {
    const name = this.#nameFor(target);
    const term = this.#single(given);
    if (term.kind === "literal") this.#constants.push({ name, tensor: this.tensor(term), at: term.at });
    else {
      const node = term.kind === "unnamed" ? term.node : this.apply(renaming(), [term], term.at).node;
      node.names = [name];
    }
    this.#bindings.set(target.name, name);
    this.#endStatement();
    return name;
  }

  /** Gives each output of a node to a name; `_` leaves one without. */
  assignAll(targets: readonly Reference[], { node }: Unnamed): readonly string[] {
    const names = targets.map((target) => (target.name === "_" ? null : this.#nameFor(target)));
    node.names = names;
    targets.forEach((target, at) => {
      const name = names[at];
      if (name !== null) this.#bindings.set(target.name, name);
    });
    this.#endStatement();
    return names.filter((name) => name !== null);
  }

  /** The name of what a statement computes that assigns nothing. */
  keep(given: FormulaTerm): string {
    const term = this.#single(given);
    this.#endStatement();
    switch (term.kind) {
      case "reference":
        return term.name;
      case "unnamed":
        return firstName(term.node);
      case "literal": {
        const name = this.#fresh.next("constant");
        this.#constants.push({ name, tensor: this.tensor(term), at: term.at });
        return name;
      }
    }
  }

  /** Nodes that nobody has named are named after their operators, in the order of computation. */
  #endStatement(): void {
    while (this.#spans.length < this.#nodes.length) this.#spans.push(null);
    for (; this.#named < this.#nodes.length; this.#named++) {
      const node = this.#nodes[this.#named];
      node.names ??= [this.#fresh.next(node.stem)];
    }
  }

  #nameFor({ name, at }: Reference): string {
    const read = this.#inputs.get(name);
    if (read !== undefined) {
      const place = placeIn(this.#text, read);
      throw faultIn(this.#text, at, `${name} cannot be assigned here, because ${place} reads it as an input: use another name`);
    }
    const nth = (this.#assigned.get(name) ?? 0) + 1;
    this.#assigned.set(name, nth);
    return nth === this.#facts.assignments.get(name) ? name : this.#fresh.next(name);
  }

  tensor({ json, at }: Literal): GivenTensor {
    try {
      return decodeTensor(json, "", this.#limits);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw faultIn(this.#text, at, error.detail.charAt(0).toLowerCase() + error.detail.slice(1));
    }
  }

  draft(outputs: readonly string[]): Draft {
    const inputs = Array.from(this.#inputs.keys(), (name): DraftInput => ({ name, shape: null, dtype: null }));
    const operandOf = (operand: string | OpenNode | Literal | null): DraftOperand => {
      if (operand === null || typeof operand === "string") return operand;
      return operand.kind === "literal" ? this.tensor(operand) : firstName(operand);
    };
    const nodes = this.#nodes.map((node) => ({
      names: node.names ?? [],
      op: node.op,
      inputs: node.inputs.map(operandOf),
      attributes: node.attributes,
    }));
    return { inputs, constants: this.#constants, nodes, outputs, locate: this.#locate };
  }

  /** What stands for a node that the formula gives no name, or gives a name that a later one took; and the call that made it. */
  #written(index: number): Pick<Place, "text" | "group"> {
    const { names, group } = this.#nodes[index];
    const grouped = group === null ? {} : { group };
    const span = this.#spans[index];
    const text = this.#text;
    if (span === null || names?.some((name) => name !== null && this.#facts.assignments.has(name)) === true) return grouped;
    return { ...grouped, text: () => partOf(text, ...span) };
  }

  /** A part of the graph lies at an offset of the text; what has none of its own is found with the whole. */
  readonly #locate: Locate = (list, index, part, which) => {
    const place = (at: number | undefined): Place => (at === undefined ? { pointer: expressionPointer } : placeAt(this.#text, at));
    if (list === "constants") return place(this.#constants.find(({ name }) => name === index)?.at);
    if (list === "inputs") return place(this.#inputs.get(String(index)));
    if (typeof index === "number" && list === "nodes" && part === undefined)
      return { ...place(this.#nodes[index].places.at), ...this.#written(index) };
    const places = typeof index === "number" && list === "nodes" ? this.#nodes[index].places : undefined;
    if (places === undefined) return place(undefined);
    if (part === "inputs" && typeof which === "number") return place(places.inputs[which]);
    return place((part === "attributes" ? places.attributes.get(String(which))?.at : undefined) ?? places.at);
  };
}

const longestPart = 60;

/** A part of a formula in one line, not more than one reads. */
function partOf(text: string, begin: number, end: number): string {
  const part = text
    .slice(begin, Math.min(end, begin + 4 * longestPart))
    .replaceAll(/\s+/g, " ")
    .trim();
  return part.length <= longestPart ? part : `${part.slice(0, longestPart)}…`;
}

/** A place that is kept with a program, and must keep nothing of the request alive but its text. */
const placeAt = (text: string, at: number): Place => ({ pointer: expressionPointer, prefix: () => prefixAt(text, at) });

/** The name by which others use a node's result: what is used before its statement ends has one name. */
function firstName({ names }: OpenNode): string {
  const name = names?.[0] ?? null;
  if (name === null) throw new Error("a node is used that has no name");
  return name;
}
