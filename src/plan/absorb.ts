import type { Instruction } from "../kernels/chain.ts";
import { isFloating } from "../tensor/dtype.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import type { KernelStep, Slot } from "./steps.ts";

/**
 * Joins `addend ± number · result` with the step that gives the result, where its operator computes the whole to the same bits: so a weight
 * is updated by its gradient without that gradient ever being in memory. `kept` are memory slots that must exist for their own sake.
 */
export function absorb(slots: readonly Slot[], steps: readonly KernelStep[], kept: ReadonlySet<number>): readonly KernelStep[] {
  if (!steps.some(({ op }) => op.accumulates !== undefined)) return steps;
  const producers = new Map(steps.flatMap((step) => step.outputs.map((slot) => [slot, step] as const)));
  const reads = new Map<number, number>();
  for (const { inputs } of steps) {
    for (const slot of inputs) if (slot >= 0) reads.set(slots[slot].memory, (reads.get(slots[slot].memory) ?? 0) + 1);
  }
  const gone = new Set<KernelStep>();
  /** The step that a value comes from, when nothing else needs the value. */
  const onlySource = (slot: number): KernelStep | undefined =>
    slot >= 0 && slots[slot].memory === slot && reads.get(slot) === 1 && !kept.has(slot) ? producers.get(slot) : undefined;

  const absorbed = steps.map((sum): KernelStep => {
    for (const [addend, product, sign] of sumsOf(slots, sum)) {
      const scaling = onlySource(product);
      const scaled = scaling === undefined ? null : scaledBy(slots, scaling);
      const source = scaled === null ? undefined : onlySource(scaled.slot);
      if (scaling === undefined || scaled === null || source === undefined) continue;
      const joined = accumulation(slots, source, addend, sign * scaled.number, sum);
      if (joined === null) continue;
      gone.add(scaling).add(source);
      return joined;
    }
    return sum;
  });
  return absorbed.filter((step) => !gone.has(step));
}

/** What a step adds to what, and with which sign: for a sum both ways. */
function sumsOf(slots: readonly Slot[], step: KernelStep): (readonly [addend: number, product: number, sign: number])[] {
  const [a, b] = step.inputs;
  if (isInstruction(slots, step, "sub")) return [[a, b, -1]];
  return isInstruction(slots, step, "add")
    ? [
        [a, b, 1],
        [b, a, 1],
      ]
    : [];
}

/** What a step multiplies with a constant number. */
function scaledBy(slots: readonly Slot[], step: KernelStep): { slot: number; number: number } | null {
  if (!isInstruction(slots, step, "mul")) return null;
  for (const [slot, by] of [step.inputs, step.inputs.toReversed()]) {
    const { constant } = slots[by];
    if (constant !== null && sizeOf(constant.shape) === 1) return { slot, number: constant.data[0] };
  }
  return null;
}

/** Whether a step is one instruction of two floating-point operands. */
function isInstruction(slots: readonly Slot[], { op, node, inputs }: KernelStep, instruction: Instruction): boolean {
  if (op.element === undefined || inputs.length !== 2 || !inputs.every((slot) => isFloating(slots[slot].dtype))) return false;
  const { steps } = op.element(node.attributes, [slots[inputs[0]], slots[inputs[1]]]);
  return steps?.length === 1 && steps[0].instruction === instruction;
}

function accumulation(slots: readonly Slot[], source: KernelStep, addend: number, scale: number, sum: KernelStep): KernelStep | null {
  const { op, node, inputs } = source;
  const [result] = sum.outputs;
  const fits = [addend, ...source.outputs].every((slot) => sameShape(slots[slot].shape, slots[result].shape));
  // A rule types its inputs by the specification: null only where an input is optional.
  const types = inputs.map((slot) => (slot < 0 ? null : slots[slot])) as readonly Slot[];
  const way = fits ? (op.accumulates?.(types, node.attributes) ?? null) : null;
  if (way === null) return null;
  return {
    op,
    node: { ...node, attributes: { ...node.attributes, ...way.scaled(scale) } },
    inputs: inputs.with(way.addend, addend),
    outputs: sum.outputs,
    overwrites: [addend],
  };
}
