import { type Chain, type Instruction, instructions } from "../kernels/chain.ts";
import type { ElementFunction } from "../kernels/element.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import { chainOf, functionOf, operandsOf } from "./chain.ts";
import type { KernelStep, Slot, Step } from "./steps.ts";

/** Tensors below this size cost less in plain loops than the call of a kernel does. */
export const leastChained = 32;
/** A longer chain gains nothing: what its steps share no longer fits the first cache. */
const mostMembers = 48;

/**
 * Joins elementwise steps over one shape and element type that feed one another into chains, each of which passes over memory once. The
 * steps keep an order in which everything is computed before it is read. The bits do not change: a chain computes what its members would.
 * `needed` are memory slots that outlast the steps, `watched` slots whose numbers are looked through.
 */
export function fuse(
  slots: readonly Slot[],
  steps: readonly KernelStep[],
  needed: ReadonlySet<number>,
  watched: ReadonlySet<number>,
): readonly Step[] {
  if (!slots.some(({ shape }) => sizeOf(shape) >= leastChained)) return steps;
  const fusion = new Fusion(slots, steps);
  const order: Step[] = [];
  for (let at = 0; at < steps.length; at++) {
    const group = fusion.groupFrom(at);
    if (group === null) continue;
    const members = group.map((member) => steps[member]);
    if (fusion.isFusible(at)) order.push(chainOf(slots, members, (slot) => needed.has(slot) || fusion.isReadBeyond(slot, group), watched));
    else order.push(steps[at]);
  }
  return order;
}

class Fusion {
  readonly #slots: readonly Slot[];
  readonly #steps: readonly KernelStep[];
  /** Per memory slot, the step that fills it and those that read it. */
  readonly #producers: Int32Array;
  readonly #readers: number[][];
  readonly #types: readonly (ChainType | null)[];
  readonly #done: Uint8Array;

  constructor(slots: readonly Slot[], steps: readonly KernelStep[]) {
    this.#slots = slots;
    this.#steps = steps;
    this.#producers = new Int32Array(slots.length).fill(-1);
    this.#readers = slots.map(() => []);
    this.#done = new Uint8Array(steps.length);
    this.#types = steps.map((step) => chainType(slots, step));
    steps.forEach(({ inputs, outputs }, at) => {
      for (const slot of outputs) this.#producers[slot] = at;
      for (const slot of new Set(inputs)) if (slot >= 0) this.#readers[slots[slot].memory].push(at);
    });
  }

  isFusible(at: number): boolean {
    return this.#types[at] !== null;
  }

  /** The steps to run where step `at` stands, in order; null when it ran before. */
  groupFrom(at: number): number[] | null {
    if (this.#done[at] === 1) return null;
    this.#done[at] = 1;
    if (!this.isFusible(at)) return [at];
    const group = new Set([at]);
    for (const member of group) {
      for (const reader of this.#readers[this.#steps[member].outputs[0]]) {
        const joining = this.#joining(reader, at, group);
        for (const step of joining) {
          this.#done[step] = 1;
          group.add(step);
        }
      }
    }
    return [...group].sort((a, b) => a - b);
  }

  isReadBeyond(slot: number, group: readonly number[]): boolean {
    return this.#readers[slot].some((reader) => !group.includes(reader));
  }

  /** The step and what must be computed before it, when all of that can join the group; else nothing. */
  #joining(step: number, first: number, group: ReadonlySet<number>): number[] {
    const found = new Set<number>();
    const open = [step];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (this.#done[next] === 1 || found.has(next)) continue;
      if (!this.#matches(next, first) || group.size + found.size >= mostMembers) return [];
      found.add(next);
      for (const slot of this.#steps[next].inputs) {
        const memory = slot < 0 ? -1 : this.#slots[slot].memory;
        const producer = memory < 0 ? -1 : this.#producers[memory];
        if (producer < 0) continue;
        const isInside = group.has(producer) || this.#done[producer] === 0;
        // Inside a chain a value has the chain's shape: another view of it must wait until it is in memory.
        if (isInside && !sameShape(this.#slots[slot].shape, this.#slots[memory].shape)) return [];
        open.push(producer);
      }
    }
    return [...found];
  }

  #matches(step: number, first: number): boolean {
    const shapeOf = (at: number): Slot["shape"] => this.#slots[this.#steps[at].outputs[0]].shape;
    const isTyped = this.#types[step] === this.#types[first] || this.#types[step] === "bool";
    return isTyped && sameShape(shapeOf(step), shapeOf(first));
  }
}

/** The element type of a step's numbers; those that have none, with conditions alone, can join any chain. */
type ChainType = Chain["dtype"] | "bool";

/** The type of the chain that a step can be part of; null when it cannot be part of any. */
function chainType(slots: readonly Slot[], step: KernelStep): ChainType | null {
  const [output] = step.outputs;
  if (step.op.element === undefined || step.outputs.length !== 1 || sizeOf(slots[output].shape) < leastChained) return null;
  const fn = functionOf(slots, step);
  if (fn.steps === undefined) return null;
  const operands = operandsOf(step);
  if (fn.folds && operands.length > mostMembers) return null;
  const dtype = [output, ...operands].map((slot) => slots[slot].dtype).find(isFloating) ?? "bool";
  const fits = (kind: "number" | "bool", actual: DType): boolean => actual === (kind === "bool" ? "bool" : dtype);
  const { steps } = fn;
  const resultOf = (instruction: Instruction): "number" | "bool" => instructions[instruction].result;
  const areTyped = steps.every(({ instruction, operands: read }) =>
    read.every((operand, at) => {
      const kind = instructions[instruction].operands[at];
      if ("operand" in operand) return operandsFor(fn, operands, operand.operand).every((slot) => fits(kind, slots[slot].dtype));
      return kind === ("step" in operand ? resultOf(steps[operand.step].instruction) : "number");
    }),
  );
  return areTyped && fits(resultOf(steps[steps.length - 1].instruction), slots[output].dtype) ? dtype : null;
}

/** The operands that stand at a place of a function: every one after the first at the second place of one that folds. */
const operandsFor = (fn: ElementFunction, operands: readonly number[], place: number): readonly number[] =>
  fn.folds && place > 0 ? operands.slice(place) : [operands[place]];
