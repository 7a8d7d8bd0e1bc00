import { normRatio, type Numbers } from "../compare.ts";
import { mistakeOfFactor } from "../mistakes/catalogue.ts";
import { scaleFactor } from "../mistakes/scale-factor.ts";
import { wrongSign } from "../mistakes/wrong-sign.ts";
import type { Prediction } from "../predictions.ts";
import { type Candidate, costOf } from "./candidate.ts";
import { type Counts, isNone, isTelling } from "./factors.ts";
import { agrees, along, explains, fit, isNothing, type Observation, residualOf } from "./observation.ts";

/** A mistake's predictions at every point where something was submitted; the mistakes are the same at all of them. */
export interface Case {
  readonly mutant: Prediction["mutant"];
  /** By point, then by item. */
  readonly points: ReadonlyMap<number, Prediction["tensors"]>;
}

/** An observation with what a mistake predicts for it. */
interface Touched {
  readonly index: number;
  readonly observation: Observation;
  readonly predicted: Numbers;
  /** How far what was submitted is from the right answer. */
  readonly wrong: number;
}

/** The causes that a mistake at one place offers for what is wrong: none where it would have spoilt what is right. */
export function candidatesOf(one: Case, observations: readonly Observation[], counts: Counts): Candidate[] {
  const touched: Touched[] = [];
  for (const [index, observation] of observations.entries()) {
    const predicted = one.points.get(observation.point)?.get(observation.place);
    if (predicted === undefined) continue;
    const { kind } = observation.item.name;
    if (observation.passed) {
      // Values may be right though the gradients follow from wrong ones.
      if (kind === "output" || kind === "node") continue;
      if (isSame(predicted, observation)) continue;
      if (one.mutant.family !== "fixed" || !agrees(residualOf(observation, predicted))) return [];
      continue;
    }
    touched.push({ index, observation, predicted, wrong: residualOf(observation, observation.expected) });
  }
  if (touched.length === 0) return [];
  return one.mutant.family === "fixed" ? fixed(one, touched) : fitted(one, touched, counts);
}

/** Whether a mistake leaves an item as it should be. */
const isSame = (predicted: Numbers, { expected, noise }: Observation): boolean =>
  predicted.shape.length === expected.shape.length && residualOf({ submitted: predicted, noise }, expected) <= 1e-6;

function fixed({ mutant }: Case, touched: readonly Touched[]): Candidate[] {
  const explained = new Set<number>();
  let residual = 0;
  for (const { index, observation, predicted, wrong } of touched) {
    const left = (mutant.mistake.residual ?? residualOf)(observation, predicted);
    if (!explains(left, wrong)) continue;
    explained.add(index);
    residual = Math.max(residual, left);
  }
  return explained.size === 0 ? [] : [candidate(mutant, mutant.mistake, null, explained, residual)];
}

/** A contribution taken k times, or a step of unknown length, for the k that most of what is wrong agrees on. */
function fitted({ mutant }: Case, touched: readonly Touched[], counts: Counts): Candidate[] {
  const isPart = mutant.family === "part";
  const lines = touched.flatMap((each) => {
    const { observation, predicted } = each;
    const { expected } = observation;
    if (predicted.data.length !== expected.data.length || observation.submitted.data.length !== expected.data.length) return [];
    const [base, tip] = isPart ? [predicted, expected] : [expected, predicted];
    const direction = (at: number): number => tip.data[at] - base.data[at];
    const k = fit(observation, base.data, direction);
    return k === null ? [] : [{ ...each, base, direction, k }];
  });
  let best: { explained: Set<number>; residual: number; k: number; elements: number } | null = null;
  for (const { k } of lines) {
    if (best !== null && Math.abs(best.k - k) <= 1e-3 * Math.abs(k)) continue;
    const explained = new Set<number>();
    let residual = 0;
    let elements = 0;
    for (const { index, observation, base, direction, wrong } of lines) {
      const left = residualOf(observation, along(base, k, direction, observation.expected));
      if (!explains(left, wrong)) continue;
      explained.add(index);
      residual = Math.max(residual, left);
      for (let at = 0; at < observation.expected.data.length; at++) if (direction(at) !== 0) elements++;
    }
    if (explained.size > 0 && (best === null || explained.size > best.explained.size)) best = { explained, residual, k, elements };
  }
  if (best === null) return [];
  const { explained, residual, k, elements } = best;
  if (!isPart) return k > 1e-6 && k < 100 && elements > 1 ? [candidate(mutant, mutant.mistake, k, explained, residual)] : [];
  if (mutant.contribution === undefined || (elements < 2 && !isTelling(k, counts, mutant.contribution.summed))) return [];
  const mistakes = [mistakeOfFactor(k, mutant.contribution, counts)];
  if (mistakes[0] === scaleFactor && k < 0 && !isNone(k)) {
    const other = mistakeOfFactor(-k, mutant.contribution, counts);
    if (other !== scaleFactor || isTelling(k, counts)) mistakes.unshift(wrongSign, other);
  }
  return [...new Set(mistakes)].flatMap((mistake) =>
    mistake === null ? [] : [asFactor(candidate(mutant, mistake, isNone(k) ? null : k, explained, residual))],
  );
}

const asFactor = (own: Candidate): Candidate => ({
  ...own,
  cost: own.cost + (own.mistake.costAsFactor ?? own.mistake.cost) - own.mistake.cost,
});

/** What a mistake of fixed numbers explains if the whole was multiplied by some number as well: two mistakes in one place. */
export function scaledCandidates(one: Case, observations: readonly Observation[], counts: Counts): Candidate[] {
  if (one.mutant.family !== "fixed") return [];
  const explained = new Map<number, { indices: Set<number>; residual: number }>();
  for (const [index, observation] of observations.entries()) {
    const predicted = one.points.get(observation.point)?.get(observation.place);
    if (predicted === undefined || isSame(predicted, observation)) continue;
    const { kind } = observation.item.name;
    if (observation.passed) {
      if (kind === "gradient" || kind === "edge") return [];
      continue;
    }
    if (predicted.data.length !== observation.submitted.data.length || predicted.data.length < 2) continue;
    if (isNothing(predicted, observation.noise) || isMultiple(predicted, observation)) continue;
    const direction = (at: number): number => predicted.data[at];
    const k = fit(observation, null, direction);
    if (k === null || !isTelling(k, counts)) continue;
    const left = residualOf(observation, along(null, k, direction, predicted));
    if (!explains(left, normRatio(observation.submitted.data, observation.expected.data))) continue;
    const rounded = Number(k.toPrecision(3));
    const group = explained.get(rounded) ?? { indices: new Set<number>(), residual: 0 };
    group.indices.add(index);
    explained.set(rounded, { indices: group.indices, residual: Math.max(group.residual, left) });
  }
  return [...explained].flatMap(([k, { indices, residual }]) => {
    const own = candidate(one.mutant, one.mutant.mistake, null, indices, residual);
    return [
      { ...own, cost: own.cost + 1 },
      { ...own, mistake: k < 0 ? wrongSign : scaleFactor, factor: k, cost: own.cost + 1.1 },
    ];
  });
}

/** Whether a mistake is itself no more than a factor. */
function isMultiple(predicted: Numbers, observation: Observation): boolean {
  const { expected } = observation;
  const direction = (at: number): number => expected.data[at];
  const k = fit({ submitted: predicted }, null, direction);
  return k !== null && residualOf({ ...observation, submitted: predicted }, along(null, k, direction, predicted)) <= 1e-6;
}

function candidate(
  { name, edges, place, places, fanout }: Case["mutant"],
  mistake: Candidate["mistake"],
  factor: number | null,
  explained: ReadonlySet<number>,
  residual: number,
): Candidate {
  return { mistake, name, edges, factor, fanout, explained, residual, place, cost: costOf(mistake, places) };
}
