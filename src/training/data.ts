import type { z } from "zod";
import { account } from "../memory/account.ts";
import type { GivenInputs } from "../program/draft.ts";
import { isFloating } from "../tensor/dtype.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { DatasetRows, DatasetTensor, type DataSource, namesDataset } from "./data-source.ts";
import type { Limits } from "../request/limits.ts";
import { nearest } from "../problems/nearest.ts";
import { pointerTo, Problem, problemAt } from "../problems/problems.ts";
import { decodeTensor, type GivenTensor } from "../request/tensor.ts";
import { completeRows, rowsOfTensor } from "./missing-rows.ts";
import type { Transform } from "./transforms/catalogue.ts";
import { arranged } from "./splitting.ts";
import { check } from "../request/validate.ts";
import { applied, fitted, type FittedTransforms, isTyped } from "./transforms/fitted.ts";

/** What the columns of a tensor are called, and the classes that its numbers stand for, where a table told. */
export interface Names {
  readonly columns?: readonly string[] | undefined;
  readonly classes?: readonly string[] | undefined;
}

/** The tensors of a dataset by its id, and what they are called in; null where there is none. */
export type Datasets = (id: string) => ReadonlyMap<string, Tensor & Names> | null;

/** A tensor of a dataset with what is done to it, and where the request says so. */
interface Reference {
  readonly tensor: Tensor & Names;
  readonly transforms: readonly Transform[];
  readonly pointer: string;
  readonly transformsAt: string;
}

/** The tensors that stand in the request itself. Throws Problem. */
export function inlineData(source: DataSource, pointer: string, limits: Limits): GivenInputs {
  const tensors = new Map<string, GivenTensor>();
  const pointers = new Map<string, string>();
  if (namesDataset(source)) return { tensors, pointers };
  for (const [name, json] of Object.entries(source as Readonly<Record<string, unknown>>)) {
    if (namesDataset(json)) continue;
    const at = pointer + pointerTo(name);
    pointers.set(name, at);
    tensors.set(name, decodeTensor(json, at, limits));
  }
  return { tensors, pointers };
}

/** All tensors of the data by the name of their input, and how those of datasets were transformed. */
export interface ReadData extends GivenInputs {
  readonly sources: ReadonlyMap<string, Source>;
  /** The order that rows take once they are read, those that are trained on first; null: their own. */
  readonly order: Int32Array | null;
}

/** A tensor of a dataset as it is kept, and what is done to it. */
export interface Source {
  readonly tensor: Tensor;
  readonly names: Names;
  readonly transforms: readonly Transform[];
  readonly fit: FittedTransforms;
}

/**
 * Reads the data that stand in the request (`inline`) and those of datasets, whose numbers take the type that is needed, as those of requests
 * do. Statistics are taken of the first `trainingRows(rows)` rows in their order, or of those of the data that were trained on, whose
 * transforms hold where none are told. Throws Problem.
 */
export function readData(
  source: DataSource,
  inline: GivenInputs,
  { pointer, datasets, trainingRows, trained, orderOf }: DataPlace & { readonly trained?: ReadData },
): ReadData {
  const tensors = new Map(inline.tensors);
  const pointers = new Map(inline.pointers);
  const sources = new Map<string, Source>();
  const meant = references(source, pointer, datasets).map(([name, reference]): [string, Reference] => {
    const model = trained?.sources.get(name);
    return [name, reference.transforms.length > 0 || model === undefined ? reference : { ...reference, transforms: model.transforms }];
  });
  const kept = completeRows(
    meant.map(([, reference]) => reference),
    inline,
  );
  if (kept !== null) for (const [name, given] of inline.tensors) tensors.set(name, { ...rowsOfTensor(given, kept), layout: "elsewhere" });
  const complete = new Map(meant.map(([name, { tensor }]) => [name, kept === null ? tensor : rowsOfTensor(tensor, kept)]));
  const order = orderOf?.(new Map<string, Pick<Tensor, "shape" | "data">>([...tensors, ...complete])) ?? null;
  for (const [name, { transforms, transformsAt, ...reference }] of meant) {
    const tensor = complete.get(name) ?? reference.tensor;
    const rows = trained?.sources.get(name)?.tensor ?? tensor;
    const inOrder = order === null || transforms.length === 0 ? rows : arranged(rows, order);
    const fit = fitted(transforms, inOrder, trainingRows(rows.shape[0] ?? 0), transformsAt);
    sources.set(name, { tensor, names: reference.tensor, transforms, fit });
    pointers.set(name, reference.pointer);
    tensors.set(name, givenOf(applied(fit, tensor, transformsAt), isTyped(fit)));
  }
  return { tensors, pointers, sources, order };
}

/** Where data stand in the request, and what they are read with. */
export interface DataPlace {
  readonly pointer: string;
  readonly datasets: Datasets;
  /** How many of so many rows, the first ones, are trained on. */
  readonly trainingRows: (rows: number) => number;
  /** In which order rows are trained on, by their numbers as they are kept. */
  readonly orderOf?: (data: ReadonlyMap<string, Pick<Tensor, "shape" | "data">>) => Int32Array | null;
}

function references(source: DataSource, pointer: string, datasets: Datasets): [string, Reference][] {
  if (namesDataset(source)) {
    const { dataset, transforms } = checked(DatasetRows, source, pointer);
    const tensors = tensorsOf(dataset, `${pointer}/dataset`, datasets);
    const at = (name: string): string => `${pointer}/transforms${pointerTo(name)}`;
    for (const name of Object.keys(transforms)) tensorAt(name, tensors, at(name));
    return [...tensors].map(([name, tensor]) => [
      name,
      { tensor, transforms: transforms[name] ?? [], pointer: `${pointer}/dataset`, transformsAt: at(name) },
    ]);
  }
  return Object.entries(source).flatMap(([name, json]: [string, unknown]): [string, Reference][] => {
    if (!namesDataset(json)) return [];
    const at = pointer + pointerTo(name);
    const { dataset, tensor, transforms } = checked(DatasetTensor, json, at);
    const tensors = tensorsOf(dataset, `${at}/dataset`, datasets);
    const usual = tensors.size === 1 ? [...tensors.keys()][0] : name;
    const found = tensorAt(tensor ?? usual, tensors, tensor === undefined ? at : `${at}/tensor`);
    return [[name, { tensor: found, transforms, pointer: at, transformsAt: `${at}/transforms` }]];
  });
}

function checked<S extends z.ZodType>(schema: S, json: unknown, pointer: string): z.output<S> {
  const result = check(schema, json, pointer);
  if (result.success) return result.data;
  const [{ pointer: at, detail }] = result.places;
  throw new Problem("invalid_request", `At ${at}: ${detail}`, result.places);
}

function tensorsOf(id: string, pointer: string, datasets: Datasets): ReadonlyMap<string, Tensor & Names> {
  const tensors = datasets(id);
  if (tensors === null) throw problemAt("unknown_dataset", pointer, `No dataset is kept as ${id}`);
  return tensors;
}

function tensorAt(name: string, tensors: ReadonlyMap<string, Tensor & Names>, pointer: string): Tensor & Names {
  const tensor = tensors.get(name);
  if (tensor !== undefined) return tensor;
  const detail = `The dataset has no tensor ${name}; it has ${[...tensors.keys()].join(", ")}`;
  throw problemAt("invalid_training", pointer, detail, nearest(name, tensors.keys())[0]);
}

/** A tensor as if a request had given it: with its type, or with numbers that take the one that is needed. */
export function givenOf({ shape, dtype, data }: Tensor, isTyped: boolean): GivenTensor {
  const typed = isTyped ? dtype : null;
  if (dtype === "bool") return { shape, dtype: typed, kind: "bool", layout: "elsewhere", data };
  if (!(data instanceof Float64Array)) account().charge(data.length * Float64Array.BYTES_PER_ELEMENT);
  const numbers = data instanceof Float64Array ? data : Float64Array.from(data);
  const kind = !isFloating(dtype) || numbers.every(Number.isSafeInteger) ? "whole" : "real";
  return { shape, dtype: typed, kind, layout: "elsewhere", data: numbers };
}

/** So many rows of given tensors, from the first on. */
export function firstRows({ tensors, pointers }: GivenInputs, rows: number): GivenInputs {
  const cut = (given: GivenTensor): GivenTensor => {
    const shape: Shape = [rows, ...given.shape.slice(1)];
    return { ...given, shape, data: given.data.subarray(0, sizeOf(shape)) };
  };
  return { tensors: new Map([...tensors].map(([name, given]) => [name, cut(given)])), pointers };
}
