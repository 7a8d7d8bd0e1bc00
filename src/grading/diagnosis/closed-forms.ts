import type { Value } from "../../ir/graph.ts";
import type { Numbers } from "../compare.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { MistakeName } from "../mistake-names.ts";
import { type Candidate, costOf } from "./candidate.ts";
import { type Counts, isAny, isTelling, isWhole } from "./factors.ts";
import { along, explains, fit, isNothing, type Observation, residualOf } from "./observation.ts";

/** What can be seen in an item by itself, without knowing how it came about. */
export function closedForms(observations: readonly Observation[], counts: Counts, penalised: ReadonlySet<Value>): Candidate[] {
  const found: Candidate[] = [];
  for (const [index, observation] of observations.entries()) {
    if (observation.passed) continue;
    const add = (mistake: MistakeName, residual: number, factor: number | null = null, extra = 0): void =>
      void found.push({
        mistake,
        name: nameOf(observation),
        edges: [],
        factor,
        explained: new Set([index]),
        residual,
        place: -1,
        // A cause at a place of the program says more than what an item looks like.
        cost: costOf(mistake) + 0.2 + extra,
      });
    otherShape(observation, add);
    otherNumbers(observation, add);
    if (!sameShape(observation.submitted.shape, observation.expected.shape)) continue;
    multiple(observation, counts, add);
    if (isGradient(observation)) ownMultiple(observation, penalised, add);
  }
  return [...found, ...swaps(observations), ...accumulations(observations)];
}

type Add = (mistake: MistakeName, residual: number, factor?: number | null, extra?: number) => void;

const isGradient = ({ item }: Observation): boolean => item.name.kind === "gradient";
const nameOf = ({ item: { name } }: Observation): string => (name.kind === "edge" ? name.to : name.name);
const wrongness = (observation: Observation): number => residualOf(observation, observation.expected);

/** The right numbers in another shape, or the transpose. */
function otherShape(observation: Observation, add: Add): void {
  const { submitted, expected } = observation;
  if (expected.shape.length === 2) {
    const turned = transposed(expected);
    const left = residualOf(observation, turned);
    if (explains(left, wrongness(observation))) add("transposed", left);
  }
  if (sameShape(submitted.shape, expected.shape) || submitted.data.length !== expected.data.length) return;
  const left = residualOf({ ...observation, submitted: { ...submitted, shape: expected.shape } }, expected);
  if (explains(left, 1)) add("shape_mismatch", left);
}

function transposed({ shape: [rows, columns], data }: Numbers): Numbers {
  const turned = new Float64Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = data[row * columns + column];
  return { shape: [columns, rows], data: turned };
}

/** NaN or infinities where the right numbers are finite. */
function otherNumbers({ submitted, expected }: Observation, add: Add): void {
  const isFinite = ({ data }: Numbers): boolean => Array.prototype.every.call(data, Number.isFinite);
  if (isFinite(expected) && !isFinite(submitted)) add("nan_from_overflow", 0, null, 1);
}

/** A constant multiple of the right answer. */
function multiple(observation: Observation, counts: Counts, add: Add): void {
  const { expected, noise } = observation;
  if (isNothing(expected, noise)) return;
  const direction = (at: number): number => expected.data[at];
  const k = fit(observation, null, direction);
  // What differs by rounding alone is no multiple.
  if (k === null || Math.abs(k - 1) < 2e-3) return;
  const left = residualOf(observation, along(null, k, direction, expected));
  if (!explains(left, wrongness(observation))) return;
  if (!Array.prototype.some.call(expected.data, (x: number, at: number) => x !== 0 && at > 0) && !isTelling(k, counts)) return;
  // A number that is as many times too large as there are examples was summed over them.
  if (!isGradient(observation) && expected.data.length === 1 && isAny(k, counts.batch)) add("missing_batch_mean", left, k);
  if (Math.abs(k + 1) < 2e-3) add("wrong_sign", left, -1);
  else add("scale_factor", left, k);
  if (isWhole(k) && observation.own !== null && isGradient(observation)) add("accumulated_gradient", left, Math.round(k), 1);
}

/** The right answer plus a multiple of a parameter that is not penalised, as a penalty on it would give. */
function ownMultiple(observation: Observation, penalised: ReadonlySet<Value>, add: Add): void {
  const { own, expected, noise, item } = observation;
  if (own === null || penalised.size === 0 || penalised.has(item.subject) || own.data.length < 2 || isNothing(own, noise)) return;
  const direction = (at: number): number => own.data[at];
  const k = fit(observation, expected.data, direction);
  if (k === null || Math.abs(k) < 1e-9) return;
  const left = residualOf(observation, along(expected, k, direction, expected));
  if (explains(left, wrongness(observation))) add("regularizer_on_bias", left, k);
}

/** Among more gradients than this nobody exchanges two. */
const mostSwapped = 100;

/** Two items that hold each other's right answer. */
function swaps(observations: readonly Observation[]): Candidate[] {
  const wrong = [...observations.entries()].filter(([, observation]) => !observation.passed && isGradient(observation));
  const found: Candidate[] = [];
  if (wrong.length > mostSwapped) return found;
  for (const [first, [i, a]] of wrong.entries()) {
    for (const [j, b] of wrong.slice(first + 1)) {
      if (a.point !== b.point) continue;
      const left = Math.max(residualOf(a, b.expected), residualOf(b, a.expected));
      if (!explains(left, Math.min(wrongness(a), wrongness(b)))) continue;
      const name = `${nameOf(a)}, ${nameOf(b)}`;
      const cost = costOf("swapped_operands") + 0.2;
      found.push({
        mistake: "swapped_operands",
        name,
        edges: [],
        factor: null,
        explained: new Set([i, j]),
        residual: left,
        place: -1,
        cost,
      });
    }
  }
  return found;
}

/** Gradients of later points that hold those of the points before as well. */
function accumulations(observations: readonly Observation[]): Candidate[] {
  const byItem = Map.groupBy(
    [...observations.entries()].filter(([, observation]) => isGradient(observation) && observation.own !== null),
    ([, { place }]) => place,
  );
  const found: Candidate[] = [];
  for (const entries of byItem.values()) {
    const explained = new Set<number>();
    let residual = 0;
    let total: Float64Array | null = null;
    for (const [index, observation] of entries.toSorted(([, a], [, b]) => a.point - b.point)) {
      const { expected, passed } = observation;
      const before: Float64Array | null = total;
      total = Float64Array.from(expected.data, (x, at) => x + (before?.[at] ?? 0));
      if (passed || before === null) continue;
      const left = residualOf(observation, { shape: expected.shape, data: total });
      if (!explains(left, wrongness(observation))) continue;
      explained.add(index);
      residual = Math.max(residual, left);
    }
    if (explained.size === 0) continue;
    const [[, first]] = entries;
    const cost = costOf("accumulated_gradient") - 1;
    found.push({ mistake: "accumulated_gradient", name: nameOf(first), edges: [], factor: null, explained, residual, place: -1, cost });
  }
  return found;
}
