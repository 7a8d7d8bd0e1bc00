import type { Feeding } from "../../run/run.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { norm } from "../compare.ts";
import type { Case } from "../diagnosis/matching.ts";
import { isRight, type Observation } from "../diagnosis/observation.ts";
import type { Item } from "../items.ts";
import type { Mutant } from "../mistakes/define.ts";
import type { Prediction } from "../predictions.ts";
import type { PreparedGrading } from "./prepare.ts";
import type { Ordered } from "./report.ts";

/** A program at a point, with what certain items of it should be. */
export interface Standard extends Feeding {
  readonly prepared: PreparedGrading;
  /** By item. */
  readonly expected: readonly Tensor[];
}

/** A judged item with where it came from. */
export interface SubmittedItem extends Ordered {
  readonly item: Item;
  readonly place: number;
  readonly standard: Standard;
}

/** Relative rounding noise that submissions in single precision have. */
const roundingNoise = 1e-6;

/** The mistakes with their predictions at every point. */
export function casesOf(points: readonly (readonly [point: number, predictions: readonly Prediction[]])[]): Case[] {
  const cases = new Map<Mutant, Map<number, Prediction["tensors"]>>();
  for (const [point, predictions] of points) {
    for (const { mutant, tensors } of predictions)
      cases.set(mutant, (cases.get(mutant) ?? new Map<number, Prediction["tensors"]>()).set(point, tensors));
  }
  return [...cases].map(([mutant, own]) => ({ mutant, points: own }));
}

/** What was submitted beside what it should be, for a diagnosis. */
export function observationsOf(judged: readonly SubmittedItem[]): Observation[] {
  const scaleOf = (isForward: boolean): number =>
    Math.max(
      0,
      ...judged
        .filter(({ name }) => isForward === (name.kind === "node" || name.kind === "output"))
        .map(({ expected }) => norm(expected.data))
        .filter(Number.isFinite),
    );
  const noise = { forward: roundingNoise * scaleOf(true), backward: roundingNoise * scaleOf(false) };
  return judged.flatMap(({ item, place, standard, submitted, expected, verdict, point, name }): Observation[] => {
    if (submitted === null) return [];
    const { inputs } = standard.prepared.program;
    const fed = inputs.findIndex(({ value }) => value === item.subject);
    const observation = {
      item,
      place,
      point: point ?? 0,
      submitted,
      expected,
      own: name.kind === "gradient" && fed >= 0 ? standard.feeds[fed] : null,
      noise: name.kind === "node" || name.kind === "output" ? noise.forward : noise.backward,
    };
    return [{ ...observation, passed: verdict === "correct" || isRight(observation) }];
  });
}
