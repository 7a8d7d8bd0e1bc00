import type { Node, Value } from "../ir/graph.ts";
import { paddedInputs } from "../ops/apply.ts";
import { operatorOf } from "../ops/catalogue.ts";
import { has, isComposite, type OperatorPrimitive } from "../ops/define.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";
import { packBuffers } from "./arena.ts";
import { bytesOf, operationsOf } from "./cost.ts";

/**
 * A graph made ready to run: steps over numbered slots. Composites are replaced by what they stand for, values that follow from constants
 * are constants, equal computations are done once, views share their operand's memory, and what nobody asked for is gone.
 */
export interface Plan {
  readonly steps: readonly Step[];
  readonly slots: readonly Slot[];
  /** The slot of each value fed; -1 when the program does not depend on it. */
  readonly fed: readonly number[];
  /** The slot of each value asked for. */
  readonly wanted: readonly number[];
  /** The slot of each value whose numbers are checked for NaN and infinity; -1 when the plan does not compute it. */
  readonly watched: readonly number[];
  readonly arenaBytes: number;
  /** Bytes of arena, constants and inputs together. */
  readonly bytes: number;
  /** What all buffers would take without sharing. */
  readonly unsharedBytes: number;
  /** Estimated floating-point operations of one run. */
  readonly operations: number;
}

export interface Step {
  readonly node: Node;
  readonly op: OperatorPrimitive;
  /** -1 marks an input that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface Slot extends TensorType {
  readonly constant: Tensor | null;
  /** Where the slot's numbers lie in the arena; -1 for constants and inputs, which bring their own memory. */
  offset: number;
  /** The slot whose memory this one shares: itself, unless it is a view. */
  readonly memory: number;
}

/** Plans the computation of `wanted` from the values that will be `fed`; what is `watched` is computed only if something needs it. */
export function plan(fed: readonly Value[], wanted: readonly Value[], watched: readonly Value[] = []): Plan {
  const slots: Slot[] = [];
  const steps: Step[] = [];
  const slotOf = new Map<Value, number>();
  const computed = new Map<string, readonly number[]>();
  const constants = new Map<string, number>();

  const addSlot = (type: TensorType, constant: Tensor | null, memory = slots.length): number =>
    slots.push({ dtype: type.dtype, shape: type.shape, constant, offset: -1, memory }) - 1;

  const place = (value: Value | null): number => {
    if (value === null) return -1;
    const leaf = primitive(value);
    let slot = slotOf.get(leaf);
    if (slot === undefined) {
      if (leaf.known === null) throw new Error(`a value of ${leaf.node?.op ?? "an input"} is used before it is computed`);
      slot = placeConstant(leaf.known);
      slotOf.set(leaf, slot);
    }
    return slot;
  };

  const placeConstant = (tensor: Tensor): number => {
    if (tensor.data.length > 16) return addSlot(tensor, tensor);
    const numbers = tensor.data.length === 1 ? exact(tensor.data[0]) : Array.from(tensor.data, exact).join();
    const key = `${tensor.dtype}|${tensor.shape.join()}|${numbers}`;
    let slot = constants.get(key);
    if (slot === undefined) constants.set(key, (slot = addSlot(tensor, tensor)));
    return slot;
  };

  for (const value of fed) if (value.known === null && !slotOf.has(value)) slotOf.set(value, addSlot(value, null));

  for (const node of primitiveNodes(wanted)) {
    const op = operatorOf(node.op);
    if (isComposite(op)) throw new Error(`${op.type} was not expanded`);
    const inputs = (paddedInputs(op, node.inputs) as readonly (Value | null)[]).map(place);
    const key = keyOf(node, inputs);
    const before = computed.get(key);
    if (before !== undefined) {
      node.outputs.forEach((value, at) => slotOf.set(value, before[at]));
      continue;
    }
    const view = has(op, "view") && node.outputs.length === 1;
    const outputs = node.outputs.map((value) => addSlot(value, null, view ? slots[inputs[0]].memory : slots.length));
    node.outputs.forEach((value, at) => slotOf.set(value, outputs[at]));
    computed.set(key, outputs);
    if (!view) steps.push({ node, op, inputs, outputs });
  }

  const wantedSlots = wanted.map(place);
  const { arenaBytes, unsharedBytes } = packBuffers(slots, steps, wantedSlots);
  return {
    steps,
    slots,
    fed: fed.map((value) => (value.known === null ? (slotOf.get(value) ?? -1) : -1)),
    wanted: wantedSlots,
    watched: watched.map((value) => slotOf.get(primitive(value)) ?? -1),
    arenaBytes,
    unsharedBytes,
    bytes: arenaBytes + slots.reduce((sum, slot, at) => sum + (slot.offset < 0 && slot.memory === at ? bytesOf(slot) : 0), 0),
    operations: steps.reduce((sum, step) => sum + operationsOf(step, slots), 0),
  };
}

/** The value that a composite's output stands for. */
function primitive(value: Value): Value {
  let at = value;
  while (at.known === null && at.node !== null && at.node.expansion !== null) at = at.node.expansion.outputs[at.index];
  return at;
}

/** The primitive nodes that `wanted` depend on. An expansion's ids lie below its node's and above its inputs', so ids still order them. */
function primitiveNodes(wanted: readonly Value[]): Node[] {
  const seen = new Set<Node>();
  const stack: Node[] = [];
  const visit = (value: Value | null): void => {
    if (value === null) return;
    const { known, node } = primitive(value);
    if (known !== null || node === null || seen.has(node)) return;
    seen.add(node);
    stack.push(node);
  };
  wanted.forEach(visit);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) node.inputs.forEach(visit);
  return [...seen].sort((a, b) => a.id - b.id);
}

/** Equal keys mean equal results: operators are functions of their inputs and attributes, random ones of their seed. */
function keyOf(node: Node, inputs: readonly number[]): string {
  let attributes = "";
  for (const _ in node.attributes) {
    attributes = JSON.stringify(node.attributes);
    break;
  }
  return `${node.op}(${inputs.join()})${attributes}${node.outputs.length}`;
}

/** A number as text that tells -0 from 0. */
const exact = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));
