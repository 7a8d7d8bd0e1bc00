import { formatShape, sizeOf } from "../../tensor/shape.ts";
import { bytesPerElement } from "../../tensor/dtype.ts";
import { defaultLimits } from "../../request/limits.ts";
import { Name } from "../../request/values.ts";
import { type TensorSource } from "../safetensors.ts";
import { type DatasetFormat, formatNamed } from "./formats.ts";
import type { ReadOptions } from "./formats/define.ts";
import { type Allowance, fault, type ParsedDataset, tooLarge } from "./parsed.ts";

/** Tensors of one dataset, which every list of datasets names. */
const mostTensors = 10_000;

/** A dataset from a file: at least one tensor, all with the same number of rows, at least one. Throws invalid_dataset, invalid_request, body_too_large. */
export function parseFile(
  path: string,
  format: DatasetFormat,
  options: ReadOptions,
  allowance: Allowance,
): ParsedDataset & { readonly rows: number } {
  const parsed = formatNamed(format).parse(path, options, allowance);
  return { ...parsed, rows: rowsOf(parsed.tensors, allowance.maxBytes, options.arrays !== undefined) };
}

function rowsOf(tensors: readonly TensorSource[], maxBytes: number, isChoosing: boolean): number {
  if (tensors.length === 0) throw fault("The file", "it holds no tensors");
  if (tensors.length > mostTensors) throw fault("The file", `it holds ${tensors.length} tensors, and a dataset has at most ${mostTensors}`);
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
        `it has ${shape[0]} rows, and ${JSON.stringify(first.name)} has ${first.shape[0]}; the tensors of a dataset share their first size${isChoosing ? "" : ': choose those that do with arrays={"tensor": "array", …}'}`,
      );
    }
    bytes += sizeOf(shape) * bytesPerElement[dtype];
  }
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  return first.shape[0];
}
