import { constant, input, type Value } from "../ir/graph.ts";
import { uniform } from "../kernels/random.ts";
import { apply, paddedInputs } from "../ops/apply.ts";
import { catalogue, findOperator } from "../ops/catalogue.ts";
import { type Attributes, has, type Operator } from "../ops/define.ts";
import { OperatorError } from "../ops/errors.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";
import { formatShape, spanOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Limits } from "../request/limits.ts";
import { misspelt } from "../problems/nearest.ts";
import { Problem } from "../problems/problems.ts";
import { settle } from "../request/settle.ts";
import type { GivenTensor } from "../request/tensor.ts";
import { readAttributes } from "./attributes.ts";
import { didYouMean, type Draft, faultAt, Faults, type GivenInputs, type Place } from "./draft.ts";
import { demandOf, demands, dtypesByVariable, fitted, inputSpec, type Origin, originsOf } from "./dtypes.ts";
import { checkGiven, declaredShape, pointerOf } from "./given.ts";
import { type Linked, link } from "./graph/link.ts";
import { valuesToKnow } from "./known.ts";
import { nodeProblem, operatorProblem } from "./operator-fault.ts";
import { order } from "./graph/order.ts";
import type { NamedNode, NamedValue, Program, ProgramInput } from "./program.ts";

/**
 * The program that a draft means for tensors of the given types: everything looked up, ordered, typed and checked. Of the given tensors
 * only types matter, except for inputs that decide shapes, which are bound to their numbers. `given` is null when a program is checked
 * from its declarations alone. Random nodes that have no seed of their own draw one from `seed`. Throws Problem. Linear in the size of the draft, without recursion.
 */
export function compileDraft(draft: Draft, given: GivenInputs | null, limits: Limits, { seed = 0, step }: RandomOptions = {}): Program {
  const { linked, ops, ordered } = structureOf(draft, limits);
  if (given !== null) checkGiven(draft, given);
  return new Compilation(draft, given, limits, { seed, step }, linked, ops).program(ordered);
}

/** Checks all of a draft that does not depend on its inputs' types: names, operators, attributes, and that there is no cycle. */
export function checkDraft(draft: Draft, limits: Limits): void {
  structureOf(draft, limits).ops.forEach((op, node) => readAttributes(draft, node, op));
}

function structureOf(draft: Draft, limits: Limits): { linked: Linked; ops: readonly Operator[]; ordered: Int32Array } {
  if (draft.nodes.length > limits.nodes) {
    const detail = `The graph has ${draft.nodes.length} nodes, and at most ${limits.nodes} are taken`;
    throw new Problem("too_many_nodes", detail, [faultAt(draft.locate("nodes"), detail)]);
  }
  const linked = link(draft);
  return { linked, ops: operatorsOf(draft), ordered: order(draft, linked) };
}

function operatorsOf({ nodes, locate }: Draft): readonly Operator[] {
  const unknown = new Faults("unknown_operator");
  const ops: Operator[] = [];
  nodes.forEach((node, at) => {
    const op = findOperator(node.op);
    if (op !== undefined) ops.push(op);
    else {
      const meant = misspelt(
        node.op,
        catalogue.map(({ type }) => type),
      );
      unknown.add(faultAt(locate("nodes", at, "op"), `There is no operator ${node.op}${didYouMean(meant)}`, meant[0]));
    }
  });
  unknown.throwIfAny();
  return ops;
}

/** What random nodes draw from. */
export interface RandomOptions {
  readonly seed?: number;
  /** Where the program is being trained: the number of the update, counted from 1. */
  readonly step?: Value | undefined;
}

const none: ReadonlyMap<Value, Value> = new Map();

/** Values are made when they are first needed: by then what stands beside them has its dtype. */
class Compilation {
  readonly #draft: Draft;
  readonly #given: GivenInputs | null;
  readonly #limits: Limits;
  readonly #random: RandomOptions;
  readonly #linked: Linked;
  readonly #ops: readonly Operator[];
  readonly #origins: readonly Origin[];
  readonly #demands: readonly (DType | null)[];
  readonly #values: (Value | undefined)[];
  #bound: Uint8Array = new Uint8Array(0);

  constructor(draft: Draft, given: GivenInputs | null, limits: Limits, random: RandomOptions, linked: Linked, ops: readonly Operator[]) {
    this.#draft = draft;
    this.#given = given;
    this.#limits = limits;
    this.#random = random;
    this.#linked = linked;
    this.#ops = ops;
    this.#origins = originsOf(draft, given);
    this.#demands = demands(draft, linked, ops, this.#origins);
    this.#values = new Array<Value | undefined>(linked.values);
  }

  program(ordered: Int32Array): Program {
    const { inputs, constants, nodes, outputs, locate } = this.#draft;
    const { firstOutput } = this.#linked;
    this.#bound = valuesToKnow(ordered, this.#linked, this.#ops);
    const named: NamedNode[] = [];
    const results: NamedValue[] = [];
    for (const node of ordered) {
      const values = this.#build(node);
      const { names } = nodes[node];
      names.forEach((name, output) => {
        this.#values[firstOutput[node] + output] = values[output];
        if (name !== null) results.push({ name, value: values[output] });
      });
      const producer = values[0].node;
      const name = names.find((each) => each !== null);
      if (producer !== null && name !== undefined) named.push({ name, node: producer, ...locate("nodes", node) });
    }
    const fed = inputs.map(({ name }, at): ProgramInput => ({ name, value: this.#source(at, null), role: "input", initial: null }));
    const fixed = constants.map(({ name }, at) => ({ name, value: this.#source(inputs.length + at, null) }));
    const out = outputs.map((name, at): NamedValue => {
      const value = this.#values[this.#linked.outputs[at]];
      if (value === undefined) throw new Error(`the output ${name} was not built`);
      return { name, value };
    });
    const values = [...fed.map(({ name, value }) => ({ name, value })), ...fixed, ...results];
    return { inputs: fed, values, nodes: named, outputs: out, objective: objectiveOf(out), replacements: none };
  }

  #build(node: number): readonly Value[] {
    const draft = this.#draft;
    const op = this.#ops[node];
    const { names } = draft.nodes[node];
    const open = op.outputs.at(-1)?.variadic === true;
    if (!open && names.length > op.outputs.length) {
      const sentence = `${op.type} has ${op.outputs.length} output${op.outputs.length === 1 ? "" : "s"}, not ${names.length}`;
      throw nodeProblem(draft, node, "wrong_arity", sentence, draft.locate("nodes", node, "outputs"));
    }
    const inputs = this.#drawn(op, this.#operands(node, op));
    const attributes = this.#seeded(node, op, readAttributes(draft, node, op));
    try {
      const values = apply(op, inputs, attributes, names.length);
      if (values.length < names.length) {
        const sentence = `${op.type} gives ${values.length} outputs here, not ${names.length}`;
        throw nodeProblem(draft, node, "wrong_arity", sentence, draft.locate("nodes", node, "outputs"));
      }
      for (const { shape } of values) this.#requireSize(node, shape);
      return values;
    } catch (error) {
      throw error instanceof OperatorError ? operatorProblem(draft, node, error) : error;
    }
  }

  #seeded(node: number, op: Operator, attributes: Attributes): Attributes {
    if (!has(op, "random") || "seed" in this.#draft.nodes[node].attributes) return attributes;
    return { ...attributes, seed: Math.floor(uniform(this.#random.seed ?? 0, 0, node) * 2 ** 32) };
  }

  /** Random operators draw anew at each step of training: their last input is the number of the draw. */
  #drawn(op: Operator, inputs: readonly (Value | null)[]): readonly (Value | null)[] {
    const { step } = this.#random;
    if (step === undefined || !has(op, "random") || inputs.length >= op.inputs.length) return inputs;
    return [...paddedInputs(op, inputs).slice(0, -1), step];
  }

  #operands(node: number, op: Operator): readonly (Value | null)[] {
    const { inputs } = this.#draft.nodes[node];
    const first = this.#linked.firstOperand[node];
    const values = new Array<Value | null>(inputs.length).fill(null);
    let isOpen = false;
    for (let at = 0; at < inputs.length; at++) {
      const source = this.#linked.operands[first + at];
      if (source >= 0) values[at] = this.#values[source] ?? (this.#origins[source].dtype === null ? null : this.#source(source, null));
      isOpen ||= values[at] === null && inputs[at] !== null;
    }
    if (!isOpen) return values;
    const beside = dtypesByVariable(op, inputs.length, (at) => values[at]?.dtype ?? literalDType(inputs[at]));
    // Named values settle first: a literal follows what stands beside it.
    for (const literals of [false, true]) {
      for (let at = 0; at < inputs.length; at++) {
        const operand = inputs[at];
        if (values[at] !== null || operand === null || (typeof operand !== "string") !== literals) continue;
        const source = this.#linked.operands[first + at];
        const isFed = source >= 0 && source < this.#draft.inputs.length;
        const spec = inputSpec(op, at);
        const wanted = spec === undefined ? null : demandOf(op, spec, beside, isFed);
        const value = typeof operand === "string" ? this.#source(source, wanted) : this.#literal(node, at, operand, wanted);
        values[at] = value;
        if (spec !== undefined && !beside.has(spec.type)) beside.set(spec.type, value.dtype);
      }
    }
    return values;
  }

  /** An input or a constant, made on first use; `wanted` is what its first consumer would have it be. */
  #source(at: number, wanted: DType | null): Value {
    return (this.#values[at] ??= this.#makeSource(at, wanted));
  }

  #makeSource(at: number, wanted: DType | null): Value {
    const { inputs, constants, locate } = this.#draft;
    const origin = this.#origins[at];
    const dtype = origin.dtype ?? fitted(origin.numbers, this.#demands[at] ?? wanted);
    if (at >= inputs.length) {
      const { name, tensor } = constants[at - inputs.length];
      return constant(settledAt(tensor, dtype, () => locate("constants", name)));
    }
    const tensor = this.#given?.tensors.get(inputs[at].name);
    if (this.#given === null || tensor === undefined) return input({ dtype, shape: declaredShape(this.#draft, inputs[at]) });
    const known = this.#bound[at] === 1 ? settle(tensor, dtype, pointerOf(this.#given, inputs[at].name)) : null;
    return input({ dtype, shape: tensor.shape }, known);
  }

  #literal(node: number, at: number, tensor: GivenTensor, wanted: DType | null): Value {
    const dtype = tensor.dtype ?? (tensor.kind === "bool" ? "bool" : fitted(tensor, wanted));
    return constant(settledAt(tensor, dtype, () => this.#draft.locate("nodes", node, "inputs", at)));
  }

  #requireSize(node: number, shape: readonly number[]): void {
    const { elements, rank } = this.#limits;
    if (spanOf(shape) <= elements && shape.length <= rank) return;
    const sentence =
      shape.length > rank
        ? `the result has ${shape.length} axes, and at most ${rank} are possible`
        : `the result has shape ${formatShape(shape)}, which is more than ${elements} elements`;
    throw nodeProblem(this.#draft, node, "tensor_too_large", sentence, this.#draft.locate("nodes", node));
  }
}

function literalDType(operand: string | GivenTensor | null): DType | null {
  if (operand === null || typeof operand === "string") return null;
  return operand.dtype ?? (operand.kind === "bool" ? "bool" : null);
}

/** The only output, or the only floating one. */
function objectiveOf(outputs: readonly NamedValue[]): NamedValue | null {
  const candidates = outputs.length === 1 ? outputs : outputs.filter(({ value }) => isFloating(value.dtype));
  return candidates.length === 1 ? candidates[0] : null;
}

/** A tensor that is part of the program. In a formula no pointer leads to its elements, so the place is that of the whole. */
function settledAt(tensor: GivenTensor, dtype: DType, locate: () => Place): Tensor {
  try {
    return settle(tensor, dtype, () => locate().pointer);
  } catch (error) {
    const place = locate();
    if (!(error instanceof Problem) || place.prefix === undefined) throw error;
    const fault = faultAt(place, error.detail);
    throw new Problem(error.code, fault.detail, [fault]);
  }
}
