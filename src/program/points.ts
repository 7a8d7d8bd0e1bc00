import { pointerTo, Problem } from "../problems/problems.ts";

/** Does something at one of a request's points, beside which there need be no inputs: what is missing is missing in the point. */
export function atPoint<T>(index: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "missing_input") throw error;
    const point = pointerTo("points", index);
    const errors = error.errors.map((place) => ({ ...place, pointer: place.pointer.replace(/^\/inputs(?=\/)/, point) }));
    throw new Problem(error.code, `At ${errors[0]?.pointer ?? point}: ${error.detail}`, errors, error.retryAfter);
  }
}
