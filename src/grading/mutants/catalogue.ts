import { BudgetExceeded, withinBudget } from "../../ir/graph.ts";
import { NodeError, OperatorError } from "../../ops/errors.ts";
import { activationMutants } from "./activations.ts";
import { broadcastMutants } from "./broadcasts.ts";
import { factorMutants, placeKey } from "./factors.ts";
import { labelMutants } from "./labels.ts";
import { type Ground, type Mutant, type Outcome, Places } from "./mutant.ts";
import { operandMutants } from "./operands.ts";
import { operatorMutants } from "./operators.ts";
import { penaltiesOf, penaltyMutants } from "./penalties.ts";
import { weightMutants } from "./weights.ts";

/** Nodes and values that the mutants of one program may be made of, all together. */
const budget = 400_000;
/** Each mutant is a walk over all steps, and is compared with all items: at most so many of either are visited. */
const mostVisits = 1e6;
const mostMutants = 2000;

/** A mutant with what it leads to. */
export interface Outgrown {
  readonly mutant: Mutant;
  readonly outcome: Outcome;
}

/**
 * The known mistakes at every place of a program where they can be made, of which `items` values are submitted. Of a program too large
 * for all of them, those that come first in the order of the groups below.
 */
export function mutantsOf(ground: Ground, items: number): Outgrown[] {
  const places = new Places(ground);
  const penalties = penaltiesOf(ground, places);
  const penaltyEdges = new Set(penalties.flatMap(({ edges }) => edges.map((edge) => placeKey(places, edge))));
  const groups: readonly (() => Iterable<Mutant>)[] = [
    () => penaltyMutants(ground, places, penalties),
    () => operatorMutants(ground, places),
    () => activationMutants(ground, places),
    () => factorMutants(ground, places, penaltyEdges),
    () => broadcastMutants(ground, places),
    () => weightMutants(ground, places),
    () => operandMutants(ground, places),
    () => labelMutants(ground, places),
  ];
  const most = Math.min(mostMutants, mostVisits / Math.max(1, ground.tape.steps.length, items));
  const outgrown: Outgrown[] = [];
  try {
    withinBudget(budget, () => {
      for (const group of groups) {
        if (outgrown.length >= most) break;
        for (const mutant of group()) {
          if (outgrown.length >= most) break;
          const outcome = outcomeOf(mutant);
          if (outcome !== null) outgrown.push({ mutant, outcome });
        }
      }
    });
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
  }
  return outgrown;
}

/** null where a wrong rule cannot be used: what it would compute has no meaning for these shapes. */
function outcomeOf(mutant: Mutant): Outcome | null {
  try {
    const outcome = mutant.outcome();
    return outcome.only === null ? null : outcome;
  } catch (error) {
    if (error instanceof OperatorError || error instanceof NodeError) return null;
    throw error;
  }
}
