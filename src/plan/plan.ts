import type { Node, Value } from "../ir/graph.ts";
import { paddedInputs } from "../ops/apply.ts";
import { has, isComposite, operatorOf } from "../ops/define.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";
import { absorb } from "./absorb.ts";
import { type Arena, packBuffers } from "./arena.ts";
import { Computed } from "./computed.ts";
import { operationsOf } from "./cost.ts";
import { fuse } from "./fuse.ts";
import type { KernelStep, Slot, Step } from "./steps.ts";

/**
 * A graph made ready to run: steps over numbered slots. Composites are replaced by what they stand for, values that follow from constants
 * are constants, equal computations are done once, views share their operand's memory, elementwise neighbours are one step, and what nobody
 * asked for is gone.
 */
export interface Plan extends Arena {
  readonly steps: readonly Step[];
  readonly slots: readonly Slot[];
  /** The slot of each value fed; -1 when the program does not depend on it. */
  readonly fed: readonly number[];
  /** The slot of each value asked for. */
  readonly wanted: readonly number[];
  /** The slot of each value whose numbers are checked for NaN and infinity; -1 when the plan does not compute it. */
  readonly watched: readonly number[];
  /** Memory slots that keep their numbers between runs, and those whose numbers replace them at the end of each. */
  readonly updates: ReadonlyMap<number, number>;
  /** Estimated floating-point operations of one run. */
  readonly operations: number;
}

/** The steps with chains taken apart. */
export const kernelSteps = ({ steps }: Plan): readonly KernelStep[] => steps.flatMap((step) => ("op" in step ? [step] : step.members));

export interface PlanOptions {
  /** Values whose numbers are checked; what is watched is computed only if something needs it. */
  readonly watched?: readonly Value[];
  /** For a value that is fed once and kept: what replaces its numbers at the end of every run. */
  readonly updates?: ReadonlyMap<Value, Value>;
}

/** Plans the computation of `wanted` and of the updates from the values that will be `fed`. */
export function plan(fed: readonly Value[], wanted: readonly Value[], { watched = [], updates = new Map() }: PlanOptions = {}): Plan {
  const nodes = primitiveNodes([...wanted, ...updates.values()]);
  const slots: Slot[] = [];
  const steps: KernelStep[] = [];
  const slotOf = new SlotTable(fed, nodes);
  const computed = new Computed();
  const constants = new Map<string | Tensor, number>();

  const addSlot = (type: TensorType, constant: Tensor | null, memory = slots.length): number =>
    slots.push({ dtype: type.dtype, shape: type.shape, constant, offset: -1, memory }) - 1;

  const place = (value: Value | null): number => {
    if (value === null) return -1;
    const leaf = primitive(value);
    if (leaf.known !== null) return placeConstant(leaf.known);
    const slot = slotOf.get(leaf);
    if (slot < 0) throw new Error(`a value of ${leaf.node?.op ?? "an input"} is used before it is computed`);
    return slot;
  };

  const placeConstant = (tensor: Tensor): number => {
    const key = constantKey(tensor);
    let slot = constants.get(key);
    if (slot === undefined) constants.set(key, (slot = addSlot(tensor, tensor)));
    return slot;
  };

  for (const value of fed) if (value.known === null) slotOf.set(value, addSlot(value, null));

  for (const node of nodes) {
    const op = operatorOf(node.op);
    if (isComposite(op)) throw new Error(`${op.type} was not expanded`);
    const inputs = paddedInputs(op, node.inputs).map(place);
    const outputs = computed.find(node, inputs);
    if (outputs !== undefined) {
      for (let at = 0; at < outputs.length; at++) slotOf.set(node.outputs[at], outputs[at]);
      continue;
    }
    const view = has(op, "view") && node.outputs.length === 1;
    const own = node.outputs.map((value) => addSlot(value, null, view ? slots[inputs[0]].memory : slots.length));
    for (let at = 0; at < own.length; at++) slotOf.set(node.outputs[at], own[at]);
    computed.add(own);
    if (!view) steps.push({ node, op, inputs, outputs: own, overwrites: op.overwrites === undefined ? none : [inputs[op.overwrites]] });
  }

  const fedSlots = fed.map((value) => (value.known === null ? slotOf.get(value) : -1));
  const wantedSlots = wanted.map(place);
  const watchedSlots = watched.map((value) => slotOf.get(primitive(value)));
  const updatedSlots = new Map([...updates].map(([into, from]) => [slotOf.get(into), slots[place(from)].memory]));
  return {
    ...arrange(slots, steps, fedSlots, wantedSlots, watchedSlots, updatedSlots),
    fed: fedSlots,
    wanted: wantedSlots,
    watched: watchedSlots,
  };
}

const none: readonly number[] = [];

/** Fuses the steps and gives every slot its memory. Plans of single numbers need neither. */
function arrange(
  slots: readonly Slot[],
  steps: readonly KernelStep[],
  fed: readonly number[],
  wanted: readonly number[],
  watched: readonly number[],
  updates: ReadonlyMap<number, number>,
): Omit<Plan, "fed" | "wanted" | "watched"> {
  const operations = steps.reduce((sum, step) => sum + operationsOf(step, slots), 0);
  const needed = new Set([...wanted, ...updates.values()].map((slot) => slots[slot].memory));
  const held = new Set(updates.keys());
  slots.forEach(({ constant, memory }, slot) => constant !== null && memory === slot && held.add(slot));
  const seen = new Set(watched);
  const fused = fuse(slots, absorb(slots, steps, new Set([...needed, ...seen])), needed, seen);
  return { steps: fused, slots, updates, operations, ...packBuffers(slots, fused, fed, { held, needed, updates }) };
}

/** The slot of each value, by its id: a large graph has too many values for a map to be quick. */
class SlotTable {
  readonly #first: number;
  readonly #slots: Int32Array;

  constructor(fed: readonly Value[], nodes: readonly Node[]) {
    let first = nodes[0]?.id ?? 0;
    let last = nodes.at(-1)?.outputs.at(-1)?.id ?? first;
    for (const { id } of fed) {
      first = Math.min(first, id);
      last = Math.max(last, id);
    }
    this.#first = first;
    this.#slots = new Int32Array(last - first + 1).fill(-1);
  }

  /** -1 for a value that has none. */
  get({ id }: Value): number {
    return this.#slots[id - this.#first] ?? -1;
  }

  set({ id }: Value, slot: number): void {
    this.#slots[id - this.#first] = slot;
  }
}

/** Equal keys mean equal constants; large ones are not compared, but equal only to themselves. */
function constantKey(tensor: Tensor): string | Tensor {
  const { dtype, shape, data } = tensor;
  if (data.length > 16) return tensor;
  const numbers = data.length === 1 ? exact(data[0]) : Array.from(data, exact).join();
  return shape.length === 0 ? `${dtype}|${numbers}` : `${dtype}|${shape.join()}|${numbers}`;
}

/** A number as text that tells -0 from 0. */
const exact = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

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
