import { optimizerSourceOf } from "./assignment.ts";
import { GradientSteps } from "./gradient-steps.ts";
import type { Optimization } from "./optimization.ts";
import { methodOf } from "./optimizers/catalogue.ts";
import { QuasiNewtonSteps } from "./quasi-newton-steps.ts";
import type { Setup } from "./setup.ts";

/** The parameters at their start with the optimizer that the job asks for. Throws Problem. */
export function optimizationOf(setup: Setup, options: { readonly isWatched?: boolean } = {}): Optimization {
  const { rule, search } = methodOf(optimizerSourceOf(setup.spec));
  return search === null ? new GradientSteps(setup, rule, options) : new QuasiNewtonSteps(setup, search, options);
}
