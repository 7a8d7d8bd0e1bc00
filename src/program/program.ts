import type { Node, Value } from "../ir/graph.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Place } from "./draft.ts";

/** What a client's program means once the types of its inputs are known: typed values with the client's names. */
export interface Program {
  /** What must be fed, in declared order; a network's parameters and buffers follow its inputs. */
  readonly inputs: readonly ProgramInput[];
  /** Every named value in forward order: inputs, named constants, and what the nodes produce. */
  readonly values: readonly NamedValue[];
  /** The nodes in forward order, those that no output depends on included. */
  readonly nodes: readonly NamedNode[];
  readonly outputs: readonly NamedValue[];
  /** The value that gradients are taken of when the request names none; null when it must. */
  readonly objective: NamedValue | null;
  /** What replaces the numbers of buffers, such as running statistics, after a step of training. */
  readonly replacements: ReadonlyMap<Value, Value>;
}

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** A node where the client wrote it. */
export interface NamedNode extends Place {
  /** The name of its first output. */
  readonly name: string;
  readonly node: Node;
}

export interface ProgramInput extends NamedValue {
  /** A buffer (such as a running mean) is fed like a parameter, but no gradient is taken by default. */
  readonly role: "input" | "parameter" | "buffer";
  /** What is fed when the request brings no tensor; null when it must. */
  readonly initial: Tensor | null;
  /** What its whole numbers count, where they count something. */
  readonly counts?: Counted;
}

/** Numbers that count classes or rows go from 0 up to `size`, which is outside; `ignored` is one more that they may be. */
export interface Counted {
  readonly what: "class" | "row";
  readonly size: number;
  readonly ignored?: number;
}
