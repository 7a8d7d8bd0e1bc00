import { Epoch } from "./epoch.ts";
import { optimizationOf } from "./start-optimization.ts";
import type { Batches } from "./order.ts";
import type { Divergence } from "./report.ts";
import type { Setup } from "./setup.ts";
import type { Snapshot } from "./keeper.ts";

const advice = "a lower learning rate or gradient_clipping may help";

/**
 * Finds the update and the node in which the first number appeared that is not finite: from a copy of the parameters that was still good,
 * the same steps are made again while every value is watched. `step` is the update at which it was noticed, counted from 1.
 */
export function findDivergence(setup: Setup, from: Snapshot, step: number, batches: Batches): Divergence {
  using optimization = optimizationOf(setup, { isWatched: true });
  optimization.restore(from.optimization);
  for (let at = from.step; at < step; at++) {
    const rate = from.rates[at - from.step];
    // One more step than was made shows what a parameter that is not finite leads to; with rate 0 it changes nothing.
    const index = at % setup.stepsPerEpoch;
    const rows = batches.rows(index);
    batches.write(Math.floor(at / setup.stepsPerEpoch), index, optimization.batch(rows));
    const outcome = optimization.step(rows, at + 1, rate ?? 0, never);
    const { loss } = outcome;
    const bad = [...optimization.weights()].find(([, { data }]) => !data.every(Number.isFinite));
    if (bad === undefined && Epoch.isEmpty(outcome)) continue;
    const found = optimization.nonfinite;
    if (found !== null) {
      const pass = found.pass === "forward" ? "forward" : "on the way back";
      return failure(at + 1, `${found.node} (${pass}) gave the first number that is not finite`, found.node);
    }
    if (bad !== undefined) return failure(at + 1, `the update made ${bad[0]} not finite`, bad[0]);
    if (!Number.isFinite(loss)) return failure(at + 1, "the loss is not finite", null);
  }
  return failure(step, "the loss is not finite", null);
}

const never = (): boolean => false;

const failure = (step: number, what: string, param: string | null): Divergence => ({
  code: "diverged",
  message: `The training diverged in step ${step}: ${what}; ${advice}`,
  param,
});
