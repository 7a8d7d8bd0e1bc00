import { bytesOf } from "./cost.ts";
import type { Slot, Step } from "./plan.ts";

/** Buffers start at multiples of this, the width of a vector register. */
const alignment = 16;

interface Buffer {
  readonly slot: number;
  readonly bytes: number;
  readonly born: number;
  readonly dies: number;
}

/**
 * Gives every computed slot its place in one arena, so that buffers whose lives do not overlap share memory. A buffer lives from the step
 * that fills it to the last step that reads it or a view of it; what is wanted lives to the end. Returns the arena's size.
 */
export function packBuffers(
  slots: readonly Slot[],
  steps: readonly Step[],
  wanted: readonly number[],
): { arenaBytes: number; unsharedBytes: number } {
  const born = new Int32Array(slots.length).fill(-1);
  const dies = new Int32Array(slots.length).fill(-1);
  steps.forEach(({ inputs, outputs }, at) => {
    for (const slot of outputs) if (slots[slot].memory === slot) born[slot] = dies[slot] = at;
    for (const slot of inputs) if (slot >= 0) dies[slots[slot].memory] = at;
  });
  for (const slot of wanted) dies[slots[slot].memory] = steps.length;

  const buffers: Buffer[] = [];
  for (let slot = 0; slot < slots.length; slot++) {
    if (born[slot] >= 0)
      buffers.push({ slot, bytes: Math.ceil(bytesOf(slots[slot]) / alignment) * alignment, born: born[slot], dies: dies[slot] });
  }
  const arenaBytes = pack(buffers, slots, steps.length);
  for (const slot of slots) if (slot.memory >= 0 && slots[slot.memory] !== slot) slot.offset = slots[slot.memory].offset;
  return { arenaBytes, unsharedBytes: buffers.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Walks the steps in order; a freed block is reused by the next buffer of exactly its size class, so the walk is linear. */
function pack(buffers: readonly Buffer[], slots: readonly Slot[], stepCount: number): number {
  const ending: Buffer[][] = Array.from({ length: stepCount + 1 }, () => []);
  const free = new Map<number, number[]>();
  let size = 0;
  let next = 0;
  for (let step = 0; step < stepCount; step++) {
    for (; next < buffers.length && buffers[next].born === step; next++) {
      const buffer = buffers[next];
      const offset = free.get(buffer.bytes)?.pop();
      slots[buffer.slot].offset = offset ?? size;
      if (offset === undefined) size += buffer.bytes;
      ending[buffer.dies].push(buffer);
    }
    for (const { slot, bytes } of ending[step]) {
      const list = free.get(bytes);
      if (list === undefined) free.set(bytes, [slots[slot].offset]);
      else list.push(slots[slot].offset);
    }
  }
  return size;
}
