import type { GivenInputs } from "../program/draft.ts";
import { feedOf } from "../program/feeds.ts";
import { nearest } from "../problems/nearest.ts";
import { problemAt } from "../problems/problems.ts";
import { pointerInTensor } from "../request/tensor.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape, indexAt, sameShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Compiled } from "./compiled.ts";
import type { ReadData } from "./data.ts";
import { requireSameClasses, requireSameColumns } from "./same-names.ts";
import { arranged } from "./splitting.ts";

/** Rows of data: tensors by the name of their input, that share their first size. */
export interface Rows {
  readonly count: number;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The number of rows that all tensors share; 0 without any. */
export function rowsOf({ tensors, pointers }: GivenInputs): number {
  let first: { readonly name: string; readonly rows: number } | null = null;
  for (const [name, { shape }] of tensors) {
    const pointer = pointers.get(name) ?? "/data";
    if (shape.length === 0) throw problemAt("invalid_training", pointer, `${name} is one number: the first axis of data counts the rows`);
    const [rows] = shape;
    if (rows === 0) throw problemAt("invalid_training", pointer, `${name} has no rows`);
    first ??= { name, rows };
    if (rows !== first.rows) {
      throw problemAt("invalid_training", pointer, `${name} has ${rows} rows, but ${first.name} has ${first.rows}`);
    }
  }
  return first?.rows ?? 0;
}

/** Validation data have the same names as the training data, rows of the same shapes, and numbers that mean the same. */
export function requireAlike(data: ReadData, own: ReadData): void {
  for (const name of data.tensors.keys()) {
    if (own.tensors.has(name)) continue;
    throw problemAt("invalid_training", "/validation/data", `The validation data lack ${name}`, nearest(name, own.tensors.keys())[0]);
  }
  for (const [name, { shape }] of own.tensors) {
    const pointer = own.pointers.get(name) ?? "/validation/data";
    const trained = data.tensors.get(name)?.shape.slice(1);
    if (trained !== undefined && sameShape(shape.slice(1), trained)) {
      const [names, others] = [data, own].map(({ sources }) => sources.get(name)?.names);
      requireSameClasses(name, pointer, names?.classes, others?.classes);
      requireSameColumns(name, pointer, names?.columns, others?.columns);
      continue;
    }
    if (trained !== undefined) {
      const detail = `Rows of ${name} have the shape ${formatShape(shape.slice(1))}, but those that are trained on ${formatShape(trained)}`;
      throw problemAt("shape_mismatch", pointer, detail);
    }
    throw problemAt(
      "invalid_training",
      pointer,
      `${name} is not among the data that are trained on`,
      nearest(name, data.tensors.keys())[0],
    );
  }
}

/** The data as the program's inputs need them. Numbers that are not finite are refused at their places. */
export function settled({ data }: Compiled, given: ReadData, rows: number): ReadonlyMap<string, Tensor> {
  return new Map(
    data.map((each): [string, Tensor] => {
      const tensor = feedOf(each, given);
      if (isFloating(tensor.dtype)) requireFinite(each.name, tensor, given, rows);
      return [each.name, tensor];
    }),
  );
}

function requireFinite(name: string, { shape, data }: Tensor, { tensors, pointers }: ReadData, rows: number): void {
  const bad = data.findIndex((number) => !Number.isFinite(number));
  if (bad < 0) return;
  const given = tensors.get(name);
  const pointer = pointers.get(name) ?? "/data";
  const row = Math.floor(bad / (data.length / rows));
  const within = indexAt(bad, shape).slice(1);
  const place = within.length === 0 ? "" : `, at ${formatShape(within)}`;
  const inside = given === undefined ? "" : pointerInTensor(given, bad);
  const advice = Number.isNaN(data[bad])
    ? "; of a dataset, the transform fill puts others in place of NaN, and drop_missing leaves out its rows"
    : "";
  throw problemAt("invalid_training", pointer + inside, `Row ${row} of ${name}${place} is ${data[bad]}: data are finite numbers${advice}`);
}

/** The rows of every tensor in an order; null: as they are. */
export const inOrder = (tensors: ReadonlyMap<string, Tensor>, order: Int32Array | null): ReadonlyMap<string, Tensor> =>
  order === null ? tensors : new Map([...tensors].map(([name, tensor]) => [name, arranged(tensor, order)]));

/** Rows `from` to `to` (outside) of every tensor, in the same memory. */
export function slices(tensors: ReadonlyMap<string, Tensor>, from: number, to: number): ReadonlyMap<string, Tensor> {
  return new Map(
    [...tensors].map(([name, { dtype, shape, data }]) => {
      const size = sizeOf(shape.slice(1));
      return [name, { dtype, shape: [to - from, ...shape.slice(1)], data: data.subarray(from * size, to * size) }];
    }),
  );
}
