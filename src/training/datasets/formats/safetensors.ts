import { openSafetensors } from "../../safetensors.ts";
import { chosen } from "../chosen-arrays.ts";
import { namesIn } from "../metadata.ts";
import type { ParsedDataset } from "../parsed.ts";
import type { FileFormat, ReadOptions } from "./define.ts";

/** The tensors of a file. What it says of their columns and classes goes with those that are chosen. Throws invalid_dataset. */
function parseSafetensors(path: string, { arrays }: ReadOptions): ParsedDataset {
  const { tensors, metadata } = openSafetensors(path);
  const wanted = chosen(arrays, tensors.keys());
  const { columns, categories } = namesIn(metadata, tensors);
  const ofWanted = (names: ParsedDataset["columns"]): ParsedDataset["columns"] => {
    const own = wanted.flatMap(([name, array]) =>
      names !== undefined && Object.hasOwn(names, array) ? [[name, names[array]] as const] : [],
    );
    return own.length === 0 ? undefined : Object.fromEntries(own);
  };
  return {
    tensors: wanted.flatMap(([name, array]) => {
      const source = tensors.get(array);
      return source === undefined ? [] : [{ ...source, name }];
    }),
    columns: ofWanted(columns),
    categories: ofWanted(categories),
  };
}

export const safetensors = {
  name: "safetensors",
  title: "safetensors",
  // The length of a header takes its upper four bytes never, and JSON follows it.
  begins: (start) => start.length > 8 && start.readUInt32LE(4) === 0 && start[8] === 0x7b,
  options: ["arrays"],
  parse: parseSafetensors,
} as const satisfies FileFormat;
