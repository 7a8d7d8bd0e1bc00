import { readFileSync } from "node:fs";
import { formatShape, sizeOf } from "../../tensor/shape.ts";
import { bytesPerElement } from "../../tensor/dtype.ts";
import { type DatasetFormat } from "../../wire/datasets.ts";
import { defaultLimits } from "../../wire/limits.ts";
import { Name } from "../../wire/values.ts";
import { decodeSafetensors, type TensorSource } from "../safetensors.ts";
import { type CsvOptions, parseCsv } from "./csv.ts";
import { parseIdx } from "./idx.ts";
import { parseJsonLines } from "./json-lines.ts";
import { namesIn } from "./metadata.ts";
import { parseNpy } from "./npy.ts";
import { parseNpz } from "./npz.ts";
import { type Circumstances, fault, type ParsedDataset, tooLarge, wholeSource } from "./parsed.ts";

type Parse = (path: string, options: CsvOptions, circumstances: Circumstances) => ParsedDataset;

/** The name of the tensor of a file that holds one without a name. */
const onlyTensor = "data";

const parsers: Readonly<Record<DatasetFormat, Parse>> = {
  csv: parseCsv,
  jsonl: (path, _, circumstances) => parseJsonLines(path, circumstances),
  npz: (path, _, { maxBytes }) => parseNpz(readFileSync(path), maxBytes),
  npy: (path) => ({ tensors: [wholeSource(onlyTensor, parseNpy(readFileSync(path), "The file"))] }),
  idx: (path) => ({ tensors: [wholeSource(onlyTensor, parseIdx(readFileSync(path)))] }),
  safetensors: (path) => {
    const { tensors, metadata } = decodeSafetensors(readFileSync(path));
    return { tensors: Array.from(tensors, ([name, tensor]) => wholeSource(name, tensor)), ...namesIn(metadata, tensors) };
  },
};

/** A dataset from a file: at least one tensor, all with the same number of rows, at least one. Throws invalid_dataset, invalid_request, body_too_large. */
export function parseFile(
  path: string,
  format: DatasetFormat,
  options: CsvOptions,
  circumstances: Circumstances,
): ParsedDataset & { readonly rows: number } {
  const parsed = parsers[format](path, options, circumstances);
  return { ...parsed, rows: rowsOf(parsed.tensors, circumstances.maxBytes) };
}

function rowsOf(tensors: readonly TensorSource[], maxBytes: number): number {
  if (tensors.length === 0) throw fault("The file", "it holds no tensors");
  const [first] = tensors;
  let bytes = 0;
  for (const { name, shape, dtype } of tensors) {
    const place = `Tensor ${JSON.stringify(name)}`;
    if (!Name.safeParse(name).success) throw fault(place, "a name has 1 to 256 characters and no control characters");
    if (shape.length === 0) throw fault(place, "it is a single number, and a tensor of a dataset has rows");
    if (shape.length > defaultLimits.rank) throw fault(place, `it has more than ${defaultLimits.rank} axes`);
    if (sizeOf(shape) === 0) throw fault(place, `its shape is ${formatShape(shape)}: it holds no numbers`);
    if (shape[0] !== first.shape[0]) {
      throw fault(
        place,
        `it has ${shape[0]} rows, and ${JSON.stringify(first.name)} has ${first.shape[0]}; the tensors of a dataset share their first size`,
      );
    }
    bytes += sizeOf(shape) * bytesPerElement[dtype];
  }
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  return first.shape[0];
}
