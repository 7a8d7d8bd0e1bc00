import { formatShape, type Shape } from "../tensor/shape.ts";
import { nearest } from "../problems/nearest.ts";
import type { ProblemCode } from "../problems/catalogue.ts";
import { pointerTo, Problem, type ProblemPlace } from "../problems/problems.ts";
import { didYouMean, type Draft, type DraftInput, faultAt, type GivenInputs } from "./draft.ts";

/** Faults beyond these are not named. */
const mostPlaces = 20;

/** Checks the request's tensors against the draft's inputs: none missing, none too many, each as declared. */
export function checkGiven(draft: Draft, given: GivenInputs): void {
  const names = new Set(draft.inputs.map(({ name }) => name));
  const missing = draft.inputs.filter(({ name }) => !given.tensors.has(name)).slice(0, mostPlaces);
  const unexpected = [...given.tensors.keys()].filter((name) => !names.has(name)).slice(0, mostPlaces);
  if (missing.length > 0) {
    // What is given under a wrong name is both missing and unexpected: the missing name is the more telling of the two.
    const places = missing.map(({ name }): ProblemPlace => {
      // Where the value would stand: by that a client knows which inputs a formula has.
      const pointer = pointerTo("inputs", name);
      const factors = draft.locate("inputs", name).prefix === undefined ? null : factorsOf(name, given.tensors);
      if (factors !== null) {
        return { pointer, detail: `The input ${name} has no value; a product is written ${factors}`, suggestion: factors };
      }
      // Mathematics transposes by a power.
      if (name === "T") return { pointer, detail: "The input T has no value; the transpose of A is written A'" };
      const meant = nearest(name, unexpected);
      return { pointer, detail: `The input ${name} has no value${didYouMean(meant)}`, suggestion: meant[0] };
    });
    throw new Problem("missing_input", places[0].detail, places);
  }
  if (unexpected.length > 0) {
    const places = unexpected.map((name) => tooMuch(draft, names, given, name));
    const code: ProblemCode = places[0].pointer.startsWith("/parameters") ? "unexpected_parameter" : "unexpected_input";
    throw new Problem(code, places[0].detail, places);
  }
  for (const input of draft.inputs) checkDeclaration(input, given);
}

/** The product that a name is which no tensor has: xy of x and y. */
function factorsOf(name: string, known: { has(name: string): boolean }): string | null {
  for (let at = 1; at < name.length; at++) {
    const [first, second] = [name.slice(0, at), name.slice(at)];
    if (known.has(first) && known.has(second)) return `${first}*${second}`;
  }
  return null;
}

function tooMuch(draft: Draft, names: ReadonlySet<string>, given: GivenInputs, name: string): ProblemPlace {
  const pointer = pointerOf(given, name);
  const defined = draft.constants.some((constant) => constant.name === name) || draft.nodes.some((node) => node.names.includes(name));
  if (defined) return { pointer, detail: `${name} is computed by the program, so no tensor can be given for it` };
  const meant = nearest(name, names);
  return { pointer, detail: `The program has no input ${name}${didYouMean(meant)}`, suggestion: meant[0] };
}

function checkDeclaration({ name, shape, dtype }: DraftInput, given: GivenInputs): void {
  const tensor = given.tensors.get(name);
  if (tensor === undefined) return;
  const pointer = pointerOf(given, name);
  if (shape !== null && !matches(tensor.shape, shape)) {
    const detail = `The input ${name} is declared with shape ${formatDeclared(shape)}, but the tensor given has shape ${formatShape(tensor.shape)}`;
    throw new Problem("shape_mismatch", detail, [{ pointer, detail }]);
  }
  if (dtype !== null && tensor.dtype !== null && tensor.dtype !== dtype) {
    const detail = `The input ${name} is declared ${dtype}, but the tensor given is ${tensor.dtype}; types do not mix silently`;
    throw new Problem("type_mismatch", detail, [{ pointer, detail }]);
  }
}

const matches = (shape: Shape, declared: readonly (number | null)[]): boolean =>
  shape.length === declared.length && shape.every((size, axis) => declared[axis] === null || declared[axis] === size);

const formatDeclared = (shape: readonly (number | null)[]): string => `[${shape.map((size) => size ?? "any").join(", ")}]`;

export const pointerOf = (given: GivenInputs, name: string): string => given.pointers.get(name) ?? pointerTo("inputs", name);

/** An input's exact shape from its declaration alone; throws missing_input where that is open. */
export function declaredShape(draft: Draft, { name, shape }: DraftInput): Shape {
  const sizes = shape?.filter((size) => size !== null);
  if (sizes !== undefined && sizes.length === shape?.length) return sizes;
  const place = faultAt(draft.locate("inputs", name), `The shape of the input ${name} is not declared, so it needs a tensor`);
  throw new Problem("missing_input", place.detail, [place]);
}
