import type { Numbers } from "../compare.ts";
import type { Mutant } from "../mistakes/define.ts";
import { type Candidate, costOf } from "./candidate.ts";
import type { Counts } from "./factors.ts";
import { type Case, candidatesOf } from "./matching.ts";
import { agrees, type Observation, residualOf } from "./observation.ts";

/** The cases of all mistakes after a first one was made, or null where that cannot be told. */
export type CasesUnder = (first: Mutant) => readonly Case[] | null;

/** At most so many pairs are tried, and with them first mistakes: each takes as much work as all single ones together. */
const mostPairs = 4000;
const mostFirst = 40;

/** Two mistakes that together explain everything, the one that is nearer to the objective first; null when no two do. */
export function pairOf(
  cases: readonly Case[],
  observations: readonly Observation[],
  counts: Counts,
  casesUnder: CasesUnder,
): readonly [Candidate, Candidate] | null {
  let best: { pair: readonly [Candidate, Candidate]; cost: number } | null = null;
  const firsts = cases
    .filter((one) => isPossible(one, observations))
    .toSorted((a, b) => b.mutant.places - a.mutant.places || costOfCase(a) - costOfCase(b));
  for (const first of firsts.slice(0, Math.min(mostFirst, Math.ceil(mostPairs / cases.length)))) {
    const seen = observations.map((observation) => seenUnder(first, observation));
    const wrong = seen.filter(({ passed }) => !passed);
    if (wrong.length === 0) continue;
    // Most are ruled out by the smallest thing that is wrong.
    const [smallest] = wrong.toSorted((a, b) => a.expected.data.length - b.expected.data.length);
    const others = (casesUnder(first.mutant) ?? []).filter((one) => candidatesOf(one, [smallest], counts).length > 0);
    for (const second of others.flatMap((one) => candidatesOf(one, seen, counts))) {
      const cost = costOfCase(first) + second.cost;
      if (second.explained.size < wrong.length || (best !== null && cost >= best.cost)) continue;
      best = { pair: [candidateOf(first, observations, second.residual), second], cost };
    }
  }
  return best === null ? null : best.pair;
}

/** A mistake that could be one of two: it spoils something that is wrong, and nothing that is right. */
function isPossible(one: Case, observations: readonly Observation[]): boolean {
  if (one.mutant.family === "moved") return false;
  let spoils = false;
  for (const observation of observations) {
    const predicted = predictionIn(one, observation);
    if (predicted === null) continue;
    const { kind } = observation.item.name;
    if (!observation.passed) spoils = true;
    else if ((kind === "gradient" || kind === "edge") && !agrees(residualOf(observation, predicted))) return false;
  }
  return spoils;
}

const costOfCase = ({ mutant: { mistake, places } }: Case): number => costOf(mistake, places);

const predictionIn = (one: Case, { point, place }: Observation): Numbers | null => one.points.get(point)?.get(place) ?? null;

/** An observation as it looks to someone who takes the first mistake for right. */
function seenUnder(first: Case, observation: Observation): Observation {
  const predicted = predictionIn(first, observation);
  return predicted === null ? observation : { ...observation, expected: predicted, passed: agrees(residualOf(observation, predicted)) };
}

function candidateOf(first: Case, observations: readonly Observation[], residual: number): Candidate {
  const { mistake, name, edges, place, fanout } = first.mutant;
  const explained = new Set(
    [...observations.keys()].filter((index) => !observations[index].passed && predictionIn(first, observations[index]) !== null),
  );
  return { mistake, name, edges, factor: null, fanout, explained, residual, place, cost: costOfCase(first) };
}
