import { type Workspace, workspace } from "../kernels/workspace.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { problem } from "../wire/problems.ts";
import { type BoundPlan, bindAlone, bindShared, bytesToBind } from "./bind.ts";
import type { Executable } from "./executable.ts";
import { leastChained } from "./fuse.ts";
import type { Plan } from "./plan.ts";
import { scalarExecutable } from "./scalars.ts";

/**
 * Makes a plan callable: over cells when it computes with single numbers, over memory of its own when it has no tensor that a SIMD kernel
 * would be called for, else over the memory of this thread that all such plans use in turn.
 */
export function executable(plan: Plan): Executable {
  if (plan.updates.size > 0) throw new Error("a plan that keeps numbers between runs needs a session");
  return scalarExecutable(plan) ?? (isSmall(plan) ? executableAlone(plan) : executableShared(plan));
}

const isSmall = ({ slots }: Plan): boolean => slots.every(({ shape }) => sizeOf(shape) < leastChained);

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
  let bound: BoundPlan | undefined;
  let place: Place | undefined;
  return (feeds, cancelled) => {
    const now = borrow(bytesToBind(plan));
    if (bound === undefined || place?.space !== now.space || place.address !== now.address)
      bound = bindShared(plan, now.space, now.address);
    place = now;
    if (now.space.owner !== bound) bound.fillConstants();
    now.space.owner = bound;
    const { wanted, nonfinite } = bound.run(feeds, cancelled);
    const results = wanted.map(({ dtype, shape, data }): Tensor => ({ dtype, shape, data: data.slice() }));
    now.space.retireIfLarge();
    return { wanted: results, nonfinite };
  };
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
