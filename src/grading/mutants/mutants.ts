import { BudgetExceeded, withinBudget } from "../../ir/graph.ts";
import { NodeError, OperatorError } from "../../ops/errors.ts";
import { mistakes } from "../mistakes/catalogue.ts";
import { type Mutant, topics } from "../mistakes/define.ts";
import type { Consequence, Ground } from "./ground.ts";
import { mutantsOfRules } from "./rules.ts";

/** Nodes and values that the mutants of one program may be made of, all together. */
const budget = 400_000;
/** Each mutant is a walk over all steps, and is compared with all items: at most so many of either are visited. */
const mostVisits = 1e6;
const mostMutants = 2000;

/** A mutant with what it leads to. */
export interface Outgrown {
  readonly mutant: Mutant;
  readonly consequence: Consequence;
}

/**
 * The known mistakes at every place of a program where they can be made, of which `items` values are submitted. Of a program too large
 * for all of them, those of the first topics.
 */
export function mutantsOf(ground: Ground, items: number): Outgrown[] {
  const most = Math.min(mostMutants, mostVisits / Math.max(1, ground.tape.steps.length, items));
  const outgrown: Outgrown[] = [];
  try {
    withinBudget(budget, () => {
      for (const mutant of everyMutant(ground)) {
        if (outgrown.length >= most) break;
        const consequence = consequenceOf(mutant);
        if (consequence !== null) outgrown.push({ mutant, consequence });
      }
    });
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
  }
  return outgrown;
}

function* everyMutant(ground: Ground): Iterable<Mutant> {
  const { steps } = ground.tape;
  for (const topic of topics) {
    const own = mistakes.flatMap((mistake) => (mistake.ways?.topic === topic ? [{ mistake, ways: mistake.ways }] : []));
    const rules = steps.flatMap((step) =>
      own
        .flatMap(({ mistake, ways }) => (ways.rules?.(step, ground) ?? []).map((rule) => ({ ...rule, mistake })))
        // What goes wrong with a step as a whole comes before what goes wrong with one of its inputs.
        .toSorted((a, b) => Number(b.input === null) - Number(a.input === null)),
    );
    yield* mutantsOfRules(rules, ground);
    for (const step of steps) {
      for (const { mistake, ways } of own) for (const mutation of ways.mutations?.(step, ground) ?? []) yield { mistake, ...mutation };
    }
    for (const { mistake, ways } of own) for (const mutation of ways.overall?.(ground) ?? []) yield { mistake, ...mutation };
  }
}

/** null where a wrong rule cannot be used: what it would compute has no meaning for these shapes. */
function consequenceOf(mutant: Mutant): Consequence | null {
  try {
    const consequence = mutant.consequence();
    return consequence.only === null ? null : consequence;
  } catch (error) {
    if (error instanceof OperatorError || error instanceof NodeError) return null;
    throw error;
  }
}
