import { account } from "../memory/account.ts";
import type { GivenInputs } from "../program/draft.ts";
import { bytesPerElement, type Data, isFloating } from "../tensor/dtype.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Transform } from "./transforms/catalogue.ts";
import { refuse } from "./transforms/define.ts";

/** A tensor of a dataset and what is done to it. */
interface Dropping {
  readonly tensor: Tensor;
  readonly transforms: readonly Transform[];
  readonly transformsAt: string;
}

/**
 * The rows that stay where a tensor has those left out in which a number of its own is missing; null where all of them do. `inline` are the data
 * beside those of datasets. Throws invalid_training where no row stays.
 */
export function completeRows(sources: readonly Dropping[], inline: GivenInputs): Int32Array | null {
  const dropping = sources.filter(({ transforms }) => drops(transforms));
  if (dropping.length === 0) return null;
  const [rows = 0] = dropping[0].tensor.shape;
  const counts = [...sources.map(({ tensor }) => tensor.shape[0]), ...Array.from(inline.tensors.values(), ({ shape }) => shape[0])];
  // Data that do not go together are told as they are.
  if (counts.some((count) => count !== rows)) return null;
  account().charge(rows * (1 + Int32Array.BYTES_PER_ELEMENT));
  const isIncomplete = new Uint8Array(rows);
  for (const { tensor } of dropping) markIncomplete(tensor, isIncomplete);
  const complete = Int32Array.from(isIncomplete.keys()).filter((row) => isIncomplete[row] === 0);
  if (complete.length === 0) throw refuse(dropping[0].transformsAt, `All ${rows} rows lack a number, and would be left out`);
  return complete.length === rows ? null : complete;
}

/** Rows are left out for what is missing before it is filled. */
function drops(transforms: readonly Transform[]): boolean {
  const first = transforms.find(({ type }) => type === "fill" || type === "drop_missing");
  return first?.type === "drop_missing";
}

function markIncomplete({ dtype, shape, data }: Tensor, isIncomplete: Uint8Array): void {
  if (!isFloating(dtype)) return;
  const width = sizeOf(shape.slice(1));
  for (let at = 0; at < data.length; at++) if (Number.isNaN(data[at])) isIncomplete[Math.floor(at / width)] = 1;
}

/** The rows of a tensor, or of a given one, whose places in the request are told no more. */
export function rowsOfTensor<T extends { readonly shape: Shape; readonly data: Data }>(tensor: T, rows: Int32Array): T {
  const width = sizeOf(tensor.shape.slice(1));
  account().charge(rows.length * width * bytesPerElement.float64);
  const data = tensor.data.slice(0, rows.length * width);
  for (const [to, from] of rows.entries()) data.set(tensor.data.subarray(from * width, (from + 1) * width), to * width);
  return { ...tensor, shape: [rows.length, ...tensor.shape.slice(1)], data };
}
