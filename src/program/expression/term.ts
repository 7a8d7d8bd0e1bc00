import type { NodeGroup } from "../draft.ts";

/** What a part of a formula stands for, and where it begins. */
export type FormulaTerm = Literal | Reference | Unnamed | List;

/** A number, a truth value, a text, or a nested list of them. */
export interface Literal {
  readonly kind: "literal";
  readonly json: unknown;
  readonly at: number;
}

/** A value that has its name already. */
export interface Reference {
  readonly kind: "reference";
  readonly name: string;
  readonly at: number;
}

/** A node that was just written down and has no name yet. */
export interface Unnamed {
  readonly kind: "unnamed";
  readonly node: OpenNode;
  readonly at: number;
}

/** A list with elements that are not literals, as operators with any number of inputs take it. */
export interface List {
  readonly kind: "list";
  readonly items: readonly FormulaTerm[];
  readonly at: number;
}

/** A node of a formula; its names are decided at the end of its statement. */
export interface OpenNode {
  readonly kind: "node";
  names: readonly (string | null)[] | null;
  readonly op: string;
  readonly stem: string;
  readonly inputs: readonly (string | OpenNode | Literal | null)[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly places: NodePlaces;
  /** The call of one of the formula's own functions that made it. */
  readonly group: NodeGroup | null;
}

/** Offsets in the text of what a node is made of; an attribute's is that of its name. */
export interface NodePlaces {
  readonly at: number;
  readonly inputs: readonly number[];
  readonly attributes: ReadonlyMap<string, Literal>;
}

/** A list of terms: a literal when all of them are. */
export function listOf(items: readonly FormulaTerm[], at: number): FormulaTerm {
  const literals = items.filter((item) => item.kind === "literal");
  if (literals.length < items.length) return { kind: "list", items, at };
  return { kind: "literal", json: literals.map(({ json }) => json), at };
}
