import type { CheckRequest } from "./request.ts";
import { norm } from "../compare.ts";
import { type Tolerance, toleranceOf } from "../tolerance.ts";
import { drawDirection, drawEntries } from "./draw.ts";
import { type Direction, type Point, sizesOf } from "./point.ts";
import type { Variable } from "./subject.ts";
import type { Pair } from "./verdict.ts";

/** Gradients that are checked at a point, one per variable: the service's own or claimed ones. */
export interface Examination {
  readonly point: Point;
  readonly gradients: readonly ArrayLike<number>[];
  readonly request: CheckRequest;
}

/** Entries of one variable that were compared, and how. */
export interface Compared {
  readonly variable: Variable;
  readonly entries: readonly number[];
  readonly comparisons: readonly Pair[];
}

/** What a method finds by numbers alone. */
export type Found = Omit<Pair, "analytic" | "tolerance">;

/** Compares the sampled entries of every variable with what is found for each. */
export function eachEntry(
  { point, gradients, request }: Examination,
  find: (variable: number, entry: number, claimed: number, tolerance: Tolerance) => Found,
): Compared[] {
  const { variables } = point.subject;
  return sizesOf(variables).map((size, k) => {
    const { name, value } = variables[k];
    const tolerance = toleranceOf(request, value.dtype);
    const entries = drawEntries(name, size, request.samples, request.seed);
    return {
      variable: variables[k],
      entries,
      comparisons: entries.map((at) => ({ analytic: gradients[k][at], ...find(k, at, gradients[k][at], tolerance), tolerance })),
    };
  });
}

/** Compares the derivative along every direction with what is found for it. */
export function eachDirection(
  examination: Examination,
  find: (direction: Direction, claimed: number, tolerance: Tolerance) => Found,
): Pair[] {
  const tolerance = toleranceOf(examination.request, examination.point.subject.objective.value.dtype);
  return mapDirections(examination, (direction) => {
    const analytic = dot(examination.gradients, direction);
    return { analytic, ...find(direction, analytic, tolerance), tolerance };
  });
}

/** Does something with each of the request's random directions through all variables together, which follow each other in one place. */
export function mapDirections<T>({ point, request }: Examination, use: (direction: Direction) => T): T[] {
  const direction = point.stillDirection();
  return Array.from({ length: request.directions }, (_, which) => {
    drawDirection(point.subject.variables, request.seed, which, direction);
    return use(direction);
  });
}

/** ⟨g, v⟩ over all variables. */
export function dot(gradients: readonly ArrayLike<number>[], direction: Direction): number {
  let sum = 0;
  direction.forEach((part, k) => part.forEach((x, at) => void (sum += gradients[k][at] * x)));
  return sum;
}

/** Gives a direction the length 1. */
export function normalise(direction: Direction): void {
  const length = norm(direction.map(norm));
  if (length === 0) return;
  for (const part of direction) for (let at = 0; at < part.length; at++) part[at] /= length;
}
