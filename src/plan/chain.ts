import { type Chain, type ChainOperand, compileChain, type Instruction } from "../kernels/chain.ts";
import type { ElementFunction } from "../kernels/element.ts";
import { isFloating } from "../tensor/dtype.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import type { ChainStep, KernelStep, Slot } from "./steps.ts";

/** The inputs that are not left out. */
export const operandsOf = ({ inputs }: KernelStep): number[] => inputs.filter((slot) => slot >= 0);

export function functionOf(slots: readonly Slot[], { op, node, inputs }: KernelStep): ElementFunction {
  if (op.element === undefined) throw new Error(`${op.type} is not elementwise`);
  // A rule types its inputs by the specification: null only where an input is optional.
  return op.element(node.attributes, inputs.map((slot) => (slot < 0 ? null : slots[slot])) as readonly Slot[]);
}

/** The chain of elementwise steps over one shape. `isStored` tells the results that must be in memory. */
export function chainOf(
  slots: readonly Slot[],
  members: readonly KernelStep[],
  isStored: (slot: number) => boolean,
  watched: ReadonlySet<number>,
): ChainStep {
  const writer = new ChainWriter(slots);
  for (const member of members) writer.add(member);
  const results = members.map(({ outputs: [slot] }) => slot);
  const outputs = results.filter(isStored);
  const seen = results.filter((slot) => watched.has(slot));
  const { shape } = slots[results[0]];
  const chain = compileChain({
    dtype: [...results, ...writer.inputs].map((slot) => slots[slot].dtype).find(isFloating) ?? "float32",
    shape,
    inputs: writer.inputs.map((slot) => slots[slot]),
    steps: writer.steps,
    outputs: outputs.map((slot) => writer.stepOf(slot)),
    watched: seen.map((slot) => writer.stepOf(slot)),
  });
  const overwrites = writer.inputs.filter((slot) => sameShape(slots[slot].shape, shape));
  return { members, chain, inputs: writer.inputs, outputs, overwrites, watched: seen };
}

/** Writes members' functions as the steps of one chain. */
class ChainWriter {
  readonly inputs: number[] = [];
  readonly steps: Chain["steps"][number][] = [];
  readonly #slots: readonly Slot[];
  readonly #results = new Map<number, number>();

  constructor(slots: readonly Slot[]) {
    this.#slots = slots;
  }

  stepOf(slot: number): number {
    const step = this.#results.get(slot);
    if (step === undefined) throw new Error("a chain stores what it does not compute");
    return step;
  }

  add(member: KernelStep): void {
    const fn = functionOf(this.#slots, member);
    const operands = operandsOf(member).map((slot) => this.#read(slot));
    let result: ChainOperand = this.#write(fn, operands);
    if (fn.folds) {
      if (operands.length === 1) result = this.#push("copy", operands);
      for (let at = 2; at < operands.length; at++) result = this.#write(fn, [result, operands[at]]);
    }
    if ("step" in result) this.#results.set(member.outputs[0], result.step);
  }

  #write({ steps = [], folds }: ElementFunction, operands: readonly ChainOperand[]): ChainOperand {
    if (folds && operands.length === 1) return operands[0];
    const first = this.steps.length;
    for (const { instruction, operands: read } of steps) {
      this.#push(
        instruction,
        read.map((operand) => {
          if ("operand" in operand) return operands[operand.operand];
          return "step" in operand ? { step: first + operand.step } : operand;
        }),
      );
    }
    return { step: this.steps.length - 1 };
  }

  #push(instruction: Instruction, operands: readonly ChainOperand[]): ChainOperand {
    return { step: this.steps.push({ instruction, operands }) - 1 };
  }

  #read(slot: number): ChainOperand {
    const { memory, constant, dtype, shape } = this.#slots[slot];
    const step = this.#results.get(memory);
    if (step !== undefined) return { step };
    if (constant !== null && isFloating(dtype) && sizeOf(shape) === 1) return { number: constant.data[0] };
    const at = this.inputs.indexOf(slot);
    return { input: at >= 0 ? at : this.inputs.push(slot) - 1 };
  }
}
