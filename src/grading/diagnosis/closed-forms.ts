import type { Value } from "../../ir/graph.ts";
import { sameShape } from "../../tensor/shape.ts";
import { mistakes } from "../mistakes/catalogue.ts";
import type { Finding, Mistake, Sight } from "../mistakes/define.ts";
import { type Candidate, costOf } from "./candidate.ts";
import { type Counts, isTelling } from "./factors.ts";
import { along, explains, fit, isNothing, itemName, type Observation, residualOf, wrongness } from "./observation.ts";

/** What can be seen in items by themselves, without knowing how they came about. */
export function closedForms(observations: readonly Observation[], counts: Counts, penalised: ReadonlySet<Value>): Candidate[] {
  const single = [...observations.entries()].flatMap(([index, observation]) => {
    if (observation.passed) return [];
    const sight = { observation, counts, penalised, multiple: multipleOf(observation, counts) };
    return mistakes.flatMap((mistake) => {
      const finding = mistake.seen?.(sight) ?? null;
      return finding === null ? [] : [candidate(mistake, itemName(observation), new Set([index]), finding)];
    });
  });
  const several = mistakes.flatMap((mistake) =>
    (mistake.seenAcross?.(observations) ?? []).map((finding) => candidate(mistake, finding.name, finding.explained, finding)),
  );
  return [...single, ...several];
}

function candidate(mistake: Mistake, name: string, explained: ReadonlySet<number>, { residual, factor, cost }: Finding): Candidate {
  // A cause at a place of the program says more than what an item looks like.
  const own = cost ?? costOf(mistake) + 0.2;
  return { mistake, name, edges: [], factor: factor ?? null, explained, residual, place: -1, cost: own };
}

function multipleOf(observation: Observation, counts: Counts): Sight["multiple"] {
  const { submitted, expected, noise } = observation;
  if (!sameShape(submitted.shape, expected.shape) || isNothing(expected, noise)) return null;
  const direction = (at: number): number => expected.data[at];
  const k = fit(observation, null, direction);
  // What differs by rounding alone is no multiple.
  if (k === null || Math.abs(k - 1) < 2e-3) return null;
  const residual = residualOf(observation, along(null, k, direction, expected));
  if (!explains(residual, wrongness(observation))) return null;
  const isOneNumber = !Array.prototype.some.call(expected.data, (x: number, at: number) => x !== 0 && at > 0);
  return isOneNumber && !isTelling(k, counts) ? null : { k, residual };
}
