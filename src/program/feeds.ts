import type { GivenInputs } from "./draft.ts";
import type { Counted, Program, ProgramInput } from "./program.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape, sameShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Limits } from "../request/limits.ts";
import { pointerTo, problemAt } from "../problems/problems.ts";
import { settle } from "../request/settle.ts";
import { decodeTensor, type GivenTensor, pointerInTensor } from "../request/tensor.ts";

/** Decodes the tensors of an object of the request that stands at `place`. */
export function decodeGiven(json: Readonly<Record<string, unknown>>, place: readonly (string | number)[], limits: Limits): GivenInputs {
  const tensors = new Map<string, GivenTensor>();
  const pointers = new Map<string, string>();
  for (const name of Object.keys(json)) {
    const pointer = pointerTo(...place, name);
    tensors.set(name, decodeTensor(json[name], pointer, limits));
    pointers.set(name, pointer);
  }
  return { tensors, pointers };
}

/** Later tensors stand over earlier ones of the same name. */
export const merged = (all: readonly GivenInputs[]): GivenInputs => ({
  tensors: new Map(all.flatMap(({ tensors }) => [...tensors])),
  pointers: new Map(all.flatMap(({ pointers }) => [...pointers])),
});

/** All tensors that a request gives by name for what its program takes. */
export const givenIn = (
  { inputs, parameters = {} }: { readonly inputs: Tensors; readonly parameters?: Tensors | undefined },
  limits: Limits,
): GivenInputs => merged([decodeGiven(inputs, ["inputs"], limits), decodeGiven(parameters, ["parameters"], limits)]);

type Tensors = Readonly<Record<string, unknown>>;

/** Everything of given tensors that a compiled program depends on, besides the numbers that decide shapes. */
export function signature({ tensors }: GivenInputs): string {
  let text = "";
  for (const [name, { dtype, kind, shape }] of tensors) text += `${JSON.stringify(name)}:${dtype ?? kind}[${shape.join()}]`;
  return text;
}

/** The tensors to feed, in the order of the program's inputs. */
export const feedsOf = (program: Program, given: GivenInputs): Tensor[] => program.inputs.map((input) => feedOf(input, given));

/** The tensor to feed to one input: what is given for it, else what it starts from. */
export function feedOf(input: ProgramInput, { tensors, pointers }: GivenInputs): Tensor {
  const given = tensors.get(input.name);
  if (given !== undefined) {
    const pointer = pointers.get(input.name) ?? "";
    const tensor = settle(given, input.value.dtype, pointer);
    if (input.counts !== undefined) requireCounted(tensor, input.counts, given, pointer);
    return tensor;
  }
  if (input.initial === null) throw new Error(`the program was compiled without a tensor for ${input.name}`);
  return input.initial;
}

/** Refuses numbers of classes or rows that there are not, at the place of the first. */
function requireCounted({ data }: Tensor, { what, size, ignored }: Counted, given: GivenTensor, pointer: string): void {
  const bad = data.findIndex((number) => !(number >= 0 && number < size) && number !== ignored);
  if (bad < 0) return;
  const range = size === 0 ? "there are none" : `they are counted from 0 to ${size - 1}`;
  // Where the pointer cannot tell the row, the sentence does.
  const row = given.layout === "elsewhere" ? ` (row ${Math.floor(bad / sizeOf(given.shape.slice(1)))})` : "";
  throw problemAt("index_out_of_range", pointer + pointerInTensor(given, bad), `There is no ${what} ${data[bad]}${row}: ${range}`);
}

/** The client's cotangent, which must have the objective's shape. */
export function settleCotangent(
  given: GivenTensor,
  objective: { readonly name: string; readonly value: Tensor | ProgramInput["value"] },
): Tensor {
  const { dtype, shape } = objective.value;
  if (!sameShape(given.shape, shape)) {
    const detail = `The cotangent has shape ${formatShape(given.shape)}, but the objective ${objective.name} has shape ${formatShape(shape)}`;
    throw problemAt("shape_mismatch", "/cotangent", detail);
  }
  return settle(given, isFloating(dtype) ? dtype : "float64", "/cotangent");
}
