import { account } from "../memory/account.ts";
import { type Workspace, workspace } from "../kernels/workspace.ts";
import { bytesPerElement } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import { bytesOf, type Tensor } from "../tensor/tensor.ts";
import { problem } from "../problems/problems.ts";
import { type BoundPlan, bindAlone, bindShared, bytesToBind } from "./bind.ts";
import type { Executable } from "./executable.ts";
import { leastChained } from "../plan/fuse.ts";
import type { Plan } from "../plan/plan.ts";
import { scalarExecutable } from "./scalars.ts";
import { work } from "./work.ts";

/**
 * Makes a plan callable: over cells when it computes with single numbers, over memory of its own when it has no tensor that a SIMD kernel
 * would be called for, else over the memory of this thread that all such plans use in turn.
 */
export function executable(plan: Plan): Executable {
  if (plan.updates.size > 0) throw new Error("a plan that keeps numbers between runs needs a session");
  const call = scalarExecutable(plan) ?? (isSmall(plan) ? executableAlone(plan) : executableShared(plan));
  return (feeds, cancelled) => {
    work.operations += plan.operations;
    return call(feeds, cancelled);
  };
}

const isSmall = ({ slots }: Plan): boolean => slots.every(({ shape }) => sizeOf(shape) < leastChained);

/** Bytes outside the heap that an executable keeps: its constants and, where it has one to itself, its memory. */
export function bytesKept(plan: Plan): number {
  const own = plan.slots.filter(({ constant, memory }, slot) => constant !== null && memory === slot);
  return own.reduce((sum, slot) => sum + bytesOf(slot), isSmall(plan) ? plan.arenaBytes : 0);
}

function executableAlone(plan: Plan): Executable {
  let bound: BoundPlan | undefined;
  return (feeds, cancelled) => {
    if (bound === undefined) {
      bound = bindAlone(plan);
      bound.fillConstants();
    }
    return bound.run(feeds, cancelled);
  };
}

/** Other plans use the same memory, so constants are filled in again after one did, and results are copied out. */
function executableShared(plan: Plan): Executable {
  const bytes = bytesToBind(plan);
  const copied = plan.wanted.reduce((sum, slot) => sum + sizeOf(plan.slots[slot].shape) * bytesPerElement[plan.slots[slot].dtype], 0);
  return (feeds, cancelled) => {
    account().charge(copied);
    const { space, address } = borrow(bytes);
    const bound = boundTo(space, address, plan);
    if (space.owner !== bound) bound.fillConstants();
    space.owner = bound;
    const { wanted, nonfinite } = bound.run(feeds, cancelled);
    const results = wanted.map(({ dtype, shape, data }): Tensor => ({ dtype, shape, data: data.slice() }));
    return { wanted: results, nonfinite };
  };
}

/** Plans as they are bound to each memory: views of one that is given up must not keep it. */
const bindings = new WeakMap<Workspace, WeakMap<Plan, { readonly address: number; readonly bound: BoundPlan }>>();

function boundTo(space: Workspace, address: number, plan: Plan): BoundPlan {
  let ofSpace = bindings.get(space);
  if (ofSpace === undefined) bindings.set(space, (ofSpace = new WeakMap()));
  const known = ofSpace.get(plan);
  if (known?.address === address) return known.bound;
  const bound = bindShared(plan, space, address);
  ofSpace.set(plan, { address, bound });
  return bound;
}

interface Place {
  readonly space: Workspace;
  readonly address: number;
}

function borrow(bytes: number): Place {
  const space = workspace();
  try {
    return { space, address: space.borrow(bytes) };
  } catch (error) {
    if (error instanceof RangeError) throw problem("memory_limit", `The ${bytes} bytes of memory for this run could not be had`);
    throw error;
  }
}
