import { type DType, isFloating } from "../../tensor/dtype.ts";
import { nearest } from "../../problems/nearest.ts";
import type { Network } from "./source.ts";
import { pointerTo, Problem, type ProblemPlace } from "../../problems/problems.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { didYouMean, type GivenInputs } from "../draft.ts";
import { pointerOf } from "../given.ts";
import type { Counted, ProgramInput } from "../program.ts";
import { layerOf } from "./layers.ts";

/** A name that misses many tensors lists this many of them. */
const mostPlaces = 20;

/** The element type of a network: that of its input where it is typed, else of anything else that is, else float64. */
export function floatOf({ tensors }: GivenInputs): DType {
  const isTyped = (tensor: GivenTensor | undefined): boolean => isFloating(tensor?.dtype ?? "bool");
  const input = tensors.get("input");
  const typed = isTyped(input) ? input : [...tensors.values()].find(isTyped);
  return typed?.dtype ?? "float64";
}

/** The element type of the input: integers for a network that begins with an Embedding, whatever is given for one that only reshapes. */
export function inputDType({ layers, loss }: Network, given: GivenTensor | null, float: DType): DType {
  const takes = layers.map((layer) => layerOf(layer).takes ?? "floats").find((kind) => kind !== "anything");
  if (takes === "indices") return indexDType(given);
  if (takes === "floats" || loss !== null) return float;
  return given?.dtype ?? (given?.kind === "bool" ? "bool" : float);
}

/** What the input's numbers count, where the first layer that asks more of them than a shape looks them up. */
export function rowsOf({ layers }: Network): Counted | undefined {
  const first = layers.find((layer) => layerOf(layer).takes !== "anything");
  const size = first === undefined ? undefined : layerOf(first).rows?.(first);
  return size === undefined ? undefined : { what: "row", size };
}

export const indexDType = (given: GivenTensor | null): DType => (given?.dtype === "int32" ? "int32" : "int64");

/** The tensor given for an input; throws missing_input. */
export function required(name: "input" | "target", network: Network, { tensors }: GivenInputs): GivenTensor {
  const tensor = tensors.get(name);
  if (tensor !== undefined) return tensor;
  const others = [...tensors.keys()].filter((other) => other !== "input" && !(other === "target" && network.loss !== null));
  const meant = nearest(name, others);
  const detail = `The network's ${name} has no value${didYouMean(meant)}`;
  throw new Problem("missing_input", detail, [{ pointer: pointerTo("inputs", name), detail, suggestion: meant[0] }]);
}

/** Refuses parameters that are given in part: one that is forgotten must not be drawn in silence. Buffers have starts that are right. */
export function refuseMissing(inputs: readonly ProgramInput[], { tensors }: GivenInputs): void {
  const parameters = inputs.filter(({ role }) => role === "parameter");
  const missing = parameters.filter(({ name }) => !tensors.has(name));
  if (missing.length === 0 || missing.length === parameters.length) return;
  const places = missing.slice(0, mostPlaces).map(({ name }): ProblemPlace => ({
    pointer: "/parameters",
    detail: `The parameter ${name} has no value; give all parameters, or none to have them drawn from the seed`,
  }));
  throw new Problem("missing_parameter", places[0].detail, places);
}

/** Refuses tensors under names that the network does not have. */
export function refuseUnexpected(inputs: readonly ProgramInput[], unused: ReadonlySet<string>, given: GivenInputs): void {
  const roles = new Map(inputs.map(({ name, role }) => [name, role]));
  const unexpected = [...given.tensors.keys()].filter((name) => !roles.has(name) && !unused.has(name)).slice(0, mostPlaces);
  if (unexpected.length === 0) return;
  const places = unexpected.map((name): ProblemPlace => {
    const pointer = pointerOf(given, name);
    if (name === "target") return { pointer, detail: "The network has no loss, so it takes no target" };
    const meant = nearest(name, roles.keys());
    const kind = pointer.startsWith("/parameters") ? "parameter" : "input";
    return { pointer, detail: `The network has no ${kind} ${name}${didYouMean(meant)}`, suggestion: meant[0] };
  });
  const code = places[0].pointer.startsWith("/parameters") ? "unexpected_parameter" : "unexpected_input";
  throw new Problem(code, places[0].detail, places);
}
