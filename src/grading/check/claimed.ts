import type { GivenInputs } from "../../program/draft.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import type { CheckRequest } from "./request.ts";
import { Problem, pointerTo, problemAt } from "../../problems/problems.ts";
import type { Subject } from "./subject.ts";

/** The names to differentiate by: the request's, or those of its claims; undefined for the default. */
export const wrtOf = ({ wrt, gradients }: CheckRequest): readonly string[] | undefined =>
  wrt ?? (gradients === undefined ? undefined : Object.keys(gradients));

/** Where the names to differentiate by are those of the claims, faults stand there. */
export function claimedPlaces<T>({ wrt, gradients }: CheckRequest, work: () => T): T {
  const names = Object.keys(gradients ?? {});
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem) || wrt !== undefined || names.length === 0) throw error;
    const errors = error.errors.map((place) => {
      const at = /^\/wrt\/(\d+)$/.exec(place.pointer)?.[1];
      return at === undefined ? place : { ...place, pointer: pointerTo("gradients", names[Number(at)]) };
    });
    throw new Problem(error.code, error.detail, errors);
  }
}

/** The claims for the variables, in their order. Throws Problem where one is missing or of another shape. */
export function claimedGradients({ variables }: Subject, { tensors, pointers }: GivenInputs): ArrayLike<number>[] {
  return variables.map(({ name, value }, at) => {
    const claimed = tensors.get(name);
    if (claimed === undefined) throw problemAt("invalid_request", pointerTo("wrt", at), `No gradient of ${name} stands under gradients`);
    const pointer = pointers.get(name) ?? "";
    if (claimed.kind === "bool") throw problemAt("type_mismatch", pointer, `The gradient of ${name} is made of booleans`);
    if (!sameShape(claimed.shape, value.shape)) {
      const detail = `The gradient of ${name} has shape ${formatShape(claimed.shape)}, but ${name} has shape ${formatShape(value.shape)}`;
      throw problemAt("shape_mismatch", pointer, detail);
    }
    return claimed.data;
  });
}
