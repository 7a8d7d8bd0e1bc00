import { sameShape } from "../../tensor/shape.ts";
import { norm, normRatio, type Numbers } from "../compare.ts";
import type { Item } from "../items.ts";

/** A tensor that was submitted, beside what it should be. */
export interface Observation {
  readonly item: Item;
  /** The item's position among those that predictions are made for. */
  readonly place: number;
  /** The position of the point at which it was taken. */
  readonly point: number;
  readonly submitted: Numbers;
  readonly expected: Numbers;
  readonly passed: boolean;
  /** The numbers of the item's own value, where it is an input or parameter. */
  readonly own: Numbers | null;
  /** Norms below this are rounding noise beside the other gradients (or values). */
  readonly noise: number;
}

export const isGradient = ({ item }: Observation): boolean => item.name.kind === "gradient";

/** The name of an item's value, or of an edge's consumer. */
export const itemName = ({ item: { name } }: Observation): string => (name.kind === "edge" ? name.to : name.name);

/** A submitted tensor is taken for a prediction when no more than this is left of it (half the difference, relative). */
const mostResidual = 2e-3;
/** And much less than what lies between it and the right answer. */
const shareOfError = 0.05;
/** What is closer to the right answer than this differs by rounding, of which no mistake is the cause. */
const rounding = 1e-5;

/** Whether what was submitted is the right answer up to rounding, by whatever tolerance it was judged. */
export const isRight = (observation: Pick<Observation, "submitted" | "expected" | "noise">): boolean =>
  residualOf(observation, observation.expected) <= rounding;

/** norm(a - b) / (norm(a) + norm(b)) of what was submitted and a prediction, and 1 where their shapes differ. */
export function residualOf({ submitted, noise }: Pick<Observation, "submitted" | "noise">, prediction: Numbers): number {
  if (!sameShape(submitted.shape, prediction.shape)) return 1;
  const ratio = normRatio(submitted.data, prediction.data);
  if (ratio > mostResidual && Number.isFinite(ratio) && distance(submitted.data, prediction.data) <= noise) return 0;
  return Math.min(1, ratio);
}

/** How far what was submitted is from the right answer. */
export const wrongness = (observation: Observation): number => residualOf(observation, observation.expected);

/** Whether a prediction explains a submitted tensor; the right answer's own distance is given. */
export const explains = (residual: number, wrong: number): boolean => residual <= mostResidual && residual <= shareOfError * wrong;

/** Whether a prediction leaves a tensor that is right as it is. */
export const agrees = (residual: number): boolean => residual <= mostResidual;

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < b.length; at++) sum += (a[at] - b[at]) ** 2;
  return Math.sqrt(sum);
}

/** The factor k for which base + k · direction comes closest to what was submitted; null where the direction is nothing. */
export function fit(
  { submitted }: Pick<Observation, "submitted">,
  base: ArrayLike<number> | null,
  direction: (at: number) => number,
): number | null {
  let along = 0;
  let length = 0;
  for (let at = 0; at < submitted.data.length; at++) {
    const step = direction(at);
    along += step * (submitted.data[at] - (base?.[at] ?? 0));
    length += step * step;
  }
  return length > 0 && Number.isFinite(along) && Number.isFinite(length) ? along / length : null;
}

/** base + k · direction, as numbers of a shape. */
export function along(base: Numbers | null, k: number, direction: (at: number) => number, like: Numbers): Numbers {
  const data = new Float64Array(like.data.length);
  for (let at = 0; at < data.length; at++) data[at] = (base?.data[at] ?? 0) + k * direction(at);
  return { shape: like.shape, data };
}

export const isNothing = (numbers: Numbers, noise: number): boolean => norm(numbers.data) <= noise;
