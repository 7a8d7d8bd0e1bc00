import { type Region, workspace } from "../kernels/workspace.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { problem } from "../problems/problems.ts";
import { type BoundPlan, bindShared, bytesToBind } from "./bind.ts";
import type { RunResult } from "./executable.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * A plan that runs again and again over memory of its own, in which the values that it updates stay: a training loop's step. Other plans
 * may run on the same thread in between. Dispose of it to give the memory back.
 */
export class Session implements Disposable {
  readonly #plan: Plan;
  readonly #region: Region;
  readonly #bound: BoundPlan;

  /** Throws the problem memory_limit. */
  constructor(plan: Plan) {
    this.#plan = plan;
    this.#region = holdFor(plan);
    this.#bound = bindShared(plan, this.#region.space, this.#region.address);
    this.#bound.fillConstants();
  }

  /**
   * Feeds come in the plan's order; null leaves what is there, for values that the plan updates. The results are views of the session's
   * memory, valid until its next run.
   */
  run(feeds: readonly (Tensor | null)[], cancelled: () => boolean = () => false): RunResult {
    return this.#bound.run(feeds, cancelled);
  }

  /** The numbers that an updated value has now, by its place among the feeds: a view, valid until the next run. */
  read(feed: number): Tensor {
    return this.#bound.tensorOf(this.#plan.fed[feed]);
  }

  [Symbol.dispose](): void {
    this.#region.release();
  }
}

function holdFor(plan: Plan): Region {
  const bytes = bytesToBind(plan);
  try {
    return workspace().hold(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw problem("memory_limit", `The ${bytes} bytes of memory for these runs could not be had`);
    throw error;
  }
}
