import { sameShape } from "../tensor/shape.ts";
import { bytesOf } from "./cost.ts";
import { FreeList } from "./free-list.ts";
import type { Slot, Step } from "./steps.ts";

/** Buffers start at multiples of this: a cache line, so that no two share one; small ones at multiples of a vector register. */
const alignment = 64;
const smallAlignment = 16;

const spaceOf = (slot: Slot): number => {
  const bytes = bytesOf(slot);
  const unit = bytes < alignment ? smallAlignment : alignment;
  return Math.ceil(bytes / unit) * unit;
};

export interface Arena {
  readonly arenaBytes: number;
  /** What all buffers would take if none shared memory with another. */
  readonly unsharedBytes: number;
}

/** Which values stay where they are between runs, and which are needed until the end of one. */
export interface Lasting {
  /** Memory slots whose numbers outlast a run: constants, and what is updated in place. */
  readonly held: ReadonlySet<number>;
  readonly needed: ReadonlySet<number>;
  /** The memory slot whose numbers replace those of a held one when a run ends. */
  readonly updates: ReadonlyMap<number, number>;
}

/**
 * Gives every slot its place in one arena, so that buffers whose lives do not overlap share memory. A buffer lives from the step that
 * fills it (before the first, when it is fed) to the last one that reads it or a view of it. A result may take the place of an operand that
 * ends with the step.
 */
export function packBuffers(slots: readonly Slot[], steps: readonly Step[], fed: readonly number[], lasting: Lasting): Arena {
  const { held, needed, updates } = lasting;
  const dies = lastReaders(slots, steps);
  for (const slot of needed) dies[slot] = steps.length;
  const free = new FreeList();

  const place = (slot: number): void => {
    const bytes = spaceOf(slots[slot]);
    slots[slot].offset = bytes === 0 ? 0 : free.take(bytes);
  };
  const release = (slot: number): void => {
    const bytes = spaceOf(slots[slot]);
    if (bytes > 0) free.give(slots[slot].offset, bytes);
  };

  for (const slot of held) place(slot);
  for (const slot of fed) if (slot >= 0 && !held.has(slot)) place(slot);
  const replaced = new Map([...updates].map(([into, from]) => [from, into]));
  for (let at = 0; at < steps.length; at++) {
    const { inputs, outputs } = steps[at];
    const ending = new Set<number>();
    for (const input of inputs) {
      const memory = input < 0 ? -1 : slots[input].memory;
      if (memory >= 0 && dies[memory] === at && !held.has(memory)) ending.add(memory);
    }
    for (const output of outputs) {
      if (slots[output].memory !== output) continue;
      const target = replaced.get(output);
      // The new numbers of what is updated go where the old ones are read for the last time.
      const over =
        target === undefined
          ? operandToReplace(slots, steps[at], output, ending)
          : dies[target] === at && canReplace(slots, steps[at], target, output)
            ? target
            : undefined;
      if (over === undefined) place(output);
      else {
        slots[output].offset = slots[over].offset;
        ending.delete(over);
      }
      if (dies[output] === at) ending.add(output);
    }
    for (const slot of ending) release(slot);
  }
  for (const slot of slots) if (slot.memory >= 0 && slots[slot.memory] !== slot) slot.offset = slots[slot.memory].offset;
  const unsharedBytes = slots.reduce((sum, slot, at) => sum + (slot.memory === at ? spaceOf(slot) : 0), 0);
  return { arenaBytes: free.size, unsharedBytes };
}

/** The last step that reads each memory slot, or else the one that fills it; -1 where none does. */
function lastReaders(slots: readonly Slot[], steps: readonly Step[]): Int32Array {
  const last = new Int32Array(slots.length).fill(-1);
  steps.forEach(({ inputs, outputs }, at) => {
    for (const slot of inputs) if (slot >= 0) last[slots[slot].memory] = at;
    for (const slot of outputs) if (slots[slot].memory === slot) last[slot] = at;
  });
  return last;
}

function operandToReplace(slots: readonly Slot[], step: Step, output: number, ending: ReadonlySet<number>): number | undefined {
  for (const input of step.overwrites) {
    const memory = input < 0 ? -1 : slots[input].memory;
    if (ending.has(memory) && canReplace(slots, step, memory, output)) return memory;
  }
  return undefined;
}

/** Whether a step may write a result over an operand that nothing reads afterwards. */
function canReplace(slots: readonly Slot[], step: Step, memory: number, output: number): boolean {
  const { dtype, shape } = slots[output];
  if (bytesOf(slots[output]) === 0) return false;
  const reads = step.inputs.filter((input) => input >= 0 && slots[input].memory === memory);
  const isOfType = (input: number): boolean => slots[input].dtype === dtype && sameShape(slots[input].shape, shape);
  return reads.length > 0 && reads.every((input) => step.overwrites.includes(input) && isOfType(input));
}
