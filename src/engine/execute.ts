import { NodeError, OperatorError } from "../ops/errors.ts";
import { allocate, bytesPerElement, type Data, type DType } from "../tensor/dtype.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { problem } from "../wire/problems.ts";
import type { Plan, Slot, Step } from "./plan.ts";

/** Plans whose arena is at most this large keep it between runs, which makes a run of a small graph free of allocation. */
const keptArenaBytes = 1 << 18;

/** Plans below this many operations run without looking whether they are cancelled. */
const uninterrupted = 1e5;

export interface Result {
  /** The tensors asked for, valid until the next run of the same executable. */
  readonly wanted: readonly Tensor[];
  /** Per watched value: 1 where it holds a NaN or an infinity. */
  readonly nonfinite: Uint8Array;
}

/** Feeds come in the plan's order; `cancelled` is asked between steps. Throws Cancelled, or StepError when a kernel refuses its numbers. */
export type Executable = (feeds: readonly Tensor[], cancelled: () => boolean) => Result;

export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** An operator refused the numbers that it met, such as an index out of range. */
export class StepError extends NodeError {
  override readonly name = "StepError";
}

/** Makes a plan callable. */
export function executable(plan: Plan): Executable {
  if (plan.arenaBytes > keptArenaBytes) return (feeds, cancelled) => bind(plan)(feeds, cancelled);
  let bound: Executable | undefined;
  return (feeds, cancelled) => (bound ??= bind(plan))(feeds, cancelled);
}

interface BoundStep {
  readonly step: Step;
  readonly inputs: Tensor[];
  readonly outputs: Tensor[];
  /** Positions among `watched` that this step settles. */
  readonly watched: readonly { readonly positions: readonly number[]; readonly output: Tensor }[];
}

/** A place that must be filled anew on every run, because it reads what is fed. */
interface Patch {
  readonly into: Tensor[];
  readonly at: number;
  readonly slot: Slot;
  readonly feed: number;
}

function bind(plan: Plan): Executable {
  const { slots, steps } = plan;
  const arena = arenaOf(plan.arenaBytes);
  const feedOf = new Map<number, number>();
  plan.fed.forEach((slot, feed) => slot >= 0 && feedOf.set(slot, feed));
  const tensors = slots.map((slot): Tensor => tensorOf(slot, slots[slot.memory], arena));
  const watchers = Map.groupBy(plan.watched.keys(), (position) => slots[plan.watched[position]]?.memory ?? -1);

  const patches: Patch[] = [];
  const gather = (places: readonly number[]): Tensor[] => {
    const into = places.map((slot) => tensors[slot]);
    places.forEach((slot, at) => {
      const feed = slot < 0 ? undefined : feedOf.get(slots[slot].memory);
      if (feed !== undefined) patches.push({ into, at, slot: slots[slot], feed });
      // A rule types its inputs by the specification: null only where an input is optional.
      if (slot < 0) into[at] = null as unknown as Tensor;
    });
    return into;
  };
  const boundSteps = steps.map((step): BoundStep => {
    const outputs = step.outputs.map((slot) => tensors[slot]);
    const watched = step.outputs.flatMap((slot, at) => {
      const positions = watchers.get(slot);
      return positions === undefined ? [] : [{ positions, output: outputs[at] }];
    });
    return { step, inputs: gather(step.inputs), outputs, watched };
  });
  const wanted = gather(plan.wanted);
  const fromOutside = [...watchers].filter(([memory]) => memory >= 0 && slots[memory].offset < 0);
  const nonfinite = new Uint8Array(plan.watched.length);
  const interruptible = plan.operations > uninterrupted;

  return (feeds, cancelled) => {
    for (const { into, at, slot, feed } of patches)
      into[at] = slot.shape === feeds[feed].shape ? feeds[feed] : { dtype: slot.dtype, shape: slot.shape, data: feeds[feed].data };
    nonfinite.fill(0);
    for (const [memory, positions] of fromOutside) {
      const feed = feedOf.get(memory);
      if (hasNonfinite(feed === undefined ? tensors[memory] : feeds[feed])) for (const position of positions) nonfinite[position] = 1;
    }
    for (const { step, inputs, outputs, watched } of boundSteps) {
      if (interruptible && cancelled()) throw new Cancelled();
      runStep(step, inputs, outputs);
      for (const { positions, output } of watched) if (hasNonfinite(output)) for (const position of positions) nonfinite[position] = 1;
    }
    return { wanted, nonfinite };
  };
}

function arenaOf(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw problem("memory_limit", `The ${bytes} bytes of memory for this run could not be had`);
    throw error;
  }
}

function runStep({ op, node }: Step, inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
  try {
    op.kernel(inputs, outputs, node.attributes);
  } catch (error) {
    throw error instanceof OperatorError ? new StepError(node, error) : error;
  }
}

/** The tensor of a slot: its constant, or a window of the arena. What is fed gets a stand-in that every run replaces. */
function tensorOf(slot: Slot, memory: Slot, arena: ArrayBuffer): Tensor {
  if (slot.constant !== null) return slot.constant;
  if (memory.constant !== null) return { dtype: slot.dtype, shape: slot.shape, data: memory.constant.data };
  if (memory.offset < 0) return { dtype: slot.dtype, shape: slot.shape, data: allocate(slot.dtype, 0) };
  return { dtype: slot.dtype, shape: slot.shape, data: windowOf(arena, memory.offset, slot.dtype, slot.shape) };
}

function windowOf(arena: ArrayBuffer, offset: number, dtype: DType, shape: Shape): Data {
  const size = sizeOf(shape);
  switch (bytesPerElement[dtype]) {
    case 8:
      return new Float64Array(arena, offset, size);
    case 1:
      return new Uint8Array(arena, offset, size);
    default:
      return dtype === "float32" ? new Float32Array(arena, offset, size) : new Int32Array(arena, offset, size);
  }
}

function hasNonfinite({ data }: Tensor): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return true;
  return false;
}
