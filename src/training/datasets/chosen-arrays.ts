import { z } from "zod";
import { nearest } from "../../problems/nearest.ts";
import { pointerTo, problemAt } from "../../problems/problems.ts";
import { Name } from "../../request/values.ts";

/** Which arrays of a file make which tensors. */
export const ChosenArrays = z
  .record(Name, z.string())
  .refine((arrays) => Object.keys(arrays).length > 0, "There is no tensor here")
  .meta({
    id: "ChosenArrays",
    description: "Arrays of the file by the tensor that they make",
    examples: [{ input: "x_train", target: "y_train" }],
  });
export type ChosenArrays = z.output<typeof ChosenArrays>;

/** The tensors to be made, each with the name of its array: all that the file has unless some are chosen. Throws invalid_request at the choice. */
export function chosen(arrays: ChosenArrays | undefined, held: Iterable<string>): (readonly [tensor: string, array: string])[] {
  const names = new Set(held);
  if (arrays === undefined) return Array.from(names, (name) => [name, name]);
  for (const [tensor, array] of Object.entries(arrays)) {
    if (names.has(array)) continue;
    const detail = `The file has no array ${JSON.stringify(array)}; it has ${shortList(names)}`;
    throw problemAt("invalid_request", pointerTo("arrays", tensor), detail, nearest(array, names, 1)[0]);
  }
  return Object.entries(arrays);
}

/** So many names are listed. */
const mostListed = 20;

function shortList(names: ReadonlySet<string>): string {
  if (names.size === 0) return "none";
  const listed = [...names].slice(0, mostListed).join(", ");
  return names.size > mostListed ? `${listed} and ${names.size - mostListed} more` : listed;
}
