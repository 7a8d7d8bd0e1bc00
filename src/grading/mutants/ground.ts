import type { NamedNode, Program } from "../../program/program.ts";
import { constant, input, type Value } from "../../ir/graph.ts";
import { apply } from "../../ops/apply.ts";
import { has, isComposite } from "../../ops/define.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { scalar, type Tensor } from "../../tensor/tensor.ts";
import { type BackwardPass, type Change, ruleOf } from "../backward.ts";
import { type Consumer, simple, type TapeStep, type Tape } from "../tape.ts";

/** An edge of the client's graph. */
export interface Edge {
  readonly from: string | null;
  readonly to: string;
  readonly input: number;
}

/** The values and gradients that a mistake leads to. */
export interface Consequence {
  readonly tape: Tape;
  /** null when nothing is differentiated. */
  readonly backward: BackwardPass | null;
  /** What is fed in place of a given tensor. */
  readonly feeds?: FeedChange;
  /** The only gradient that is of interest, in a shape that does not fit the value; null for no consequence at all. */
  readonly only?: { readonly value: Value; readonly gradient: Value } | null;
}

export interface FeedChange {
  /** Which of the program's inputs. */
  readonly input: number;
  /** The other tensor, made from what is fed; null where none can be. */
  readonly change: (fed: Tensor) => Tensor | null;
}

/** What all mutants of a program are made from: its steps, how gradients flow back through them, and the client's names for both. */
export class Ground {
  readonly program: Program;
  readonly tape: Tape;
  readonly backward: BackwardPass | null;
  readonly #names = new Map<Value, string>();
  readonly #index: ReadonlyMap<TapeStep, number>;
  readonly #leaves: ReadonlySet<Value>;
  readonly #bends = new Map<TapeStep, number | null>();
  #flowing: ReadonlyMap<Value, readonly Consumer[]> | null = null;

  constructor(program: Program, tape: Tape, backward: BackwardPass | null) {
    this.program = program;
    this.tape = tape;
    this.backward = backward;
    for (const { name, value } of program.values.toReversed()) this.#names.set(tape.at(value), name);
    this.#index = new Map(tape.steps.map((step, at) => [step, at]));
    this.#leaves = new Set(program.inputs.map(({ value }) => value));
  }

  nameOf(value: Value): string | null {
    return this.#names.get(value) ?? null;
  }

  placeOf(step: TapeStep): number {
    return this.#index.get(step) ?? 0;
  }

  isLeaf(value: Value): boolean {
    return this.#leaves.has(value);
  }

  /** The client's edges by which steps consume values; what happens inside a node of the client's is no edge. */
  edges(consumers: readonly Consumer[]): Edge[] {
    const found = new Map<string, Edge>();
    for (const { step, input } of consumers) {
      const value = step.inputs[input];
      if (value === null) continue;
      for (const at of clientInputs(step.owner, step, input, value)) {
        const edge = { from: this.nameOf(value), to: step.owner.name, input: at };
        found.set(`${edge.to} ${edge.input}`, edge);
      }
    }
    return [...found.values()];
  }

  /** What follows when gradients are pulled back in other ways through some steps. */
  amended(changes: ReadonlyMap<TapeStep, Change>): Consequence {
    return { tape: this.tape, backward: this.backward?.amended({ changes }) ?? null };
  }

  /** The inputs of a step along which gradients flow. */
  flowingInputs(step: TapeStep): number[] {
    return [...step.inputs.keys()].filter((at) => this.backward !== null && this.backward.flowAt(step, at) !== null);
  }

  /** The edges along which gradients flow back to each value. Literals are left out: nobody asks for their gradients. */
  flowingEdges(): ReadonlyMap<Value, readonly Consumer[]> {
    if (this.#flowing !== null) return this.#flowing;
    const edges = new Map<Value, Consumer[]>();
    for (const step of this.tape.steps) {
      for (const input of this.flowingInputs(step)) {
        const value = step.inputs[input];
        if (value === null || value.known !== null) continue;
        const list = edges.get(value);
        if (list === undefined) edges.set(value, [{ step, input }]);
        else list.push({ step, input });
      }
    }
    return (this.#flowing = edges);
  }

  /** The one input that a function of single numbers depends on, where it is bent: not linear; null for other steps. */
  bentInput(step: TapeStep): number | null {
    let at = this.#bends.get(step);
    if (at === undefined) this.#bends.set(step, (at = this.#findBend(step)));
    return at;
  }

  #findBend(step: TapeStep): number | null {
    const { op, inputs } = step;
    if (!has(op, "elementwise") || has(op, "linear") || step.outputs.length !== 1) return null;
    const active = [...inputs.keys()].filter((at) => {
      const value = inputs[at];
      return value !== null && value.known === null && isFloating(value.dtype);
    });
    if (active.length !== 1 || !this.flowingInputs(step).includes(active[0])) return null;
    if (constantDerivative({ step, input: active[0] }) !== null) return null;
    const value = inputs[active[0]];
    return value !== null && sizeOf(value.shape) === sizeOf(step.outputs[0].shape) ? active[0] : null;
  }
}

function clientInputs({ node }: NamedNode, step: TapeStep, input: number, value: Value): number[] {
  if (step.node === node) return [input];
  const inner = node.expansion?.inputs ?? node.inputs;
  return [...inner.keys()].filter((at) => {
    const candidate = inner[at];
    return candidate !== null && simple(candidate) === value;
  });
}

/** The derivative of a function of single numbers by one input, where it is the same number everywhere; found on single numbers. */
export function constantDerivative({ step, input: at }: Consumer): number | null {
  if (!has(step.op, "elementwise") || isComposite(step.op) || step.outputs.length !== 1) return null;
  const inputs = step.inputs.map((value) => {
    if (value === null || value.known === null) return value && input({ dtype: value.dtype, shape: [] });
    return value.known.data.length === 1 ? constant(scalar(value.known.data[0], value.dtype)) : null;
  });
  if (inputs.some((value, index) => value === null && step.inputs[index] !== null)) return null;
  const [twin] = apply(step.op, inputs, step.node.attributes, 1);
  const gradient = ruleOf({ ...step, node: twin.node ?? step.node }, inputs, [twin], [constant(scalar(1, twin.dtype))])[at] ?? null;
  return gradient?.known?.data.length === 1 ? gradient.known.data[0] : null;
}

/** A change of one input's flow, the others left as they are. */
export const changing =
  (input: number, flow: (pull: Parameters<Change>[0]) => Value | null): Change =>
  (pull) =>
    pull.flows.map((right, at) => (at === input ? flow(pull) : right));
