import type { NamedNode, Program } from "../../program/program.ts";
import { constant, input, type Value } from "../../ir/graph.ts";
import { apply } from "../../ops/apply.ts";
import { has, isComposite } from "../../ops/define.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { scalar } from "../../tensor/tensor.ts";
import { type BackwardPass, type Change, ruleOf } from "../backward.ts";
import type { MistakeName } from "../mistake-names.ts";
import { type Consumer, simple, type Step, type Tape } from "../tape.ts";

/** An edge of the client's graph. */
export interface Edge {
  readonly from: string | null;
  readonly to: string;
  readonly input: number;
}

/** What a mistake at some place of a program would do to its values and gradients. */
export interface Mutant {
  readonly mistake: MistakeName;
  /** The client's node at which it is made, or the value whose gradient it spoils. */
  readonly name: string;
  readonly edges: readonly Edge[];
  /** The place on the tape (the greatest, of several): what lies further on in the forward pass is not spoiled. */
  readonly place: number;
  /** How many places are changed alike. */
  readonly places: number;
  /** How many nodes the value feeds that is spoiled, where the gradients of some of them are left out. */
  readonly fanout?: number;
  /**
   * fixed: it gives just these numbers. part: these numbers are what is left without some contribution, and the mistake takes that
   * contribution k times. moved: these numbers lie one unit of some unknown amount away from the right ones, along a line.
   */
  readonly family: "fixed" | "part" | "moved";
  /** Of a family that is not fixed: what the contribution is, which decides how a factor is called. */
  readonly part?: Part;
  /** What is computed in place of the right things; made when it is needed. */
  readonly outcome: () => Outcome;
}

/** What a contribution that is taken k times is like. */
export interface Part {
  /** Whether others are added to it. */
  readonly hasOthers: boolean;
  /** Whether it comes from a penalty on the parameter. */
  readonly isPenalty: boolean;
  /** How many elements are summed up on the way through the edge, by each way of counting; empty where none are. */
  readonly summed: readonly number[];
  /** The known number that the local derivative is, or null. */
  readonly constant: number | null;
  /** Whether it flows between single numbers. */
  readonly isSingle: boolean;
}

/** The values and gradients that a mistake leads to. */
export interface Outcome {
  readonly tape: Tape;
  /** null when nothing is differentiated. */
  readonly backward: BackwardPass | null;
  /** What is fed in place of a given tensor, made from it. */
  readonly feeds?: FeedChange;
  /** The only gradient that is of interest, in a shape that does not fit the value; null for no outcome at all. */
  readonly only?: { readonly value: Value; readonly gradient: Value } | null;
}

/** Changes a fed tensor of the program's inputs. */
export interface FeedChange {
  readonly input: number;
  readonly change: "next label" | "previous label";
  /** How many labels there are. */
  readonly classes: number;
}

/** What all mutants of a program are made from. */
export interface Ground {
  readonly program: Program;
  readonly tape: Tape;
  readonly backward: BackwardPass | null;
}

/** Names for places of a tape. */
export class Places {
  readonly #names = new Map<Value, string>();
  readonly #index: ReadonlyMap<Step, number>;
  readonly #leaves: ReadonlySet<Value>;

  constructor({ program, tape }: Ground) {
    for (const { name, value } of program.values.toReversed()) this.#names.set(tape.at(value), name);
    this.#index = new Map(tape.steps.map((step, at) => [step, at]));
    this.#leaves = new Set(program.inputs.map(({ value }) => value));
  }

  nameOf(value: Value): string | null {
    return this.#names.get(value) ?? null;
  }

  of(step: Step): number {
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
}

function clientInputs({ node }: NamedNode, step: Step, input: number, value: Value): number[] {
  if (step.node === node) return [input];
  const inner = node.expansion?.inputs ?? node.inputs;
  return [...inner.keys()].filter((at) => {
    const candidate = inner[at];
    return candidate !== null && simple(candidate) === value;
  });
}

/** The edges along which gradients flow back to each value. Literals are left out: nobody asks for their gradients. */
export function flowingEdges(tape: Tape, backward: BackwardPass): ReadonlyMap<Value, readonly Consumer[]> {
  const edges = new Map<Value, Consumer[]>();
  for (const step of tape.steps) {
    for (const input of flowingInputs(backward, step)) {
      const value = step.inputs[input];
      if (value === null || value.known !== null) continue;
      const list = edges.get(value);
      if (list === undefined) edges.set(value, [{ step, input }]);
      else list.push({ step, input });
    }
  }
  return edges;
}

/** The inputs of a step along which gradients flow. */
export const flowingInputs = (backward: BackwardPass, step: Step): number[] =>
  [...step.inputs.keys()].filter((input) => backward.flowAt(step, input) !== null);

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

/** The one input that a function of single numbers depends on, where it is bent: not linear; null for other steps. */
export function bentInput(backward: BackwardPass, step: Step): number | null {
  const { op, inputs } = step;
  if (!has(op, "elementwise") || has(op, "linear") || step.outputs.length !== 1) return null;
  const active = [...inputs.keys()].filter((at) => {
    const value = inputs[at];
    return value !== null && value.known === null && isFloating(value.dtype);
  });
  if (active.length !== 1 || backward.flowAt(step, active[0]) === null) return null;
  if (constantDerivative({ step, input: active[0] }) !== null) return null;
  const value = inputs[active[0]];
  return value !== null && sizeOf(value.shape) === sizeOf(step.outputs[0].shape) ? active[0] : null;
}

/** A change of one input's flow, the others left as they are. */
export const changing =
  (input: number, flow: (pull: Parameters<Change>[0]) => Value | null): Change =>
  (pull) =>
    pull.flows.map((right, at) => (at === input ? flow(pull) : right));
