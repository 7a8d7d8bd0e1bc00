import { feedOf, merged } from "../program/feeds.ts";
import type { Compiler } from "../program/compiler.ts";
import type { GivenInputs } from "../program/draft.ts";
import type { NamedValue, Program, ProgramInput } from "../program/program.ts";
import { input, type Value } from "../ir/graph.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape, indexAt, sameShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Limits } from "../request/limits.ts";
import { nearest } from "../problems/nearest.ts";
import { pointerTo, Problem, problemAt } from "../problems/problems.ts";
import type { ProgramSource } from "../program/source.ts";
import { pointerInTensor } from "../request/tensor.ts";
import { type Datasets, firstRows, type ReadData, readData } from "./data.ts";
import { metadataName } from "./safetensors.ts";
import { methodOf } from "./optimizers/catalogue.ts";
import type { FittedTransforms } from "./transforms/fitted.ts";
import type { JobSpec, Assignment } from "./assignment.ts";

/** Rows of data: tensors by the name of their input, that share their first size. */
export interface Rows {
  readonly count: number;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The program for batches of one size, its inputs by what feeds them. */
export interface Compiled {
  readonly program: Program;
  /** Fed with the number of the update, counted from 1. */
  readonly step: Value;
  readonly objective: NamedValue;
  readonly data: readonly ProgramInput[];
  readonly fixed: readonly ProgramInput[];
  readonly trained: readonly ProgramInput[];
  readonly buffers: readonly ProgramInput[];
}

/** How layers that differ behave: as in training, or as when the network is used. */
export type Mode = "train" | "use";

export interface Materials {
  readonly compiler: Compiler;
  readonly limits: Limits;
  readonly datasets: Datasets;
}

/** A job's program, data and settings, checked against each other. Making one throws Problem with the place of the fault. */
export class Setup {
  readonly spec: JobSpec;
  readonly limits: Limits;
  readonly training: Rows;
  readonly validation: Rows | null;
  /** Rows of one update. */
  readonly batch: number;
  readonly stepsPerEpoch: number;
  /** Updates in all. */
  readonly steps: number;
  /** What is done to data before they are fed, by name. */
  readonly fits: Readonly<Record<string, FittedTransforms>>;
  /** Tensors that are fed whole, by name. */
  readonly fixed: ReadonlyMap<string, Tensor>;
  readonly #compiler: Compiler;
  readonly #compiled = new Map<string, Compiled>();
  #given: Readonly<Record<"parameters" | "inputs" | "data", GivenInputs>>;

  constructor({ spec, given }: Assignment, { compiler, limits, datasets }: Materials) {
    this.spec = spec;
    this.limits = limits;
    this.#compiler = compiler;
    const { validation } = spec;
    const trainingRows = (rows: number): number => rows - heldBack(validation?.split, rows);
    const data = readData(spec.data, given.data, { pointer: "/data", datasets, trainingRows });
    this.fits = Object.fromEntries([...data.sources].filter(([, { fit }]) => fit.steps.length > 0).map(([name, { fit }]) => [name, fit]));
    this.#given = { parameters: given.parameters, inputs: given.inputs, data };
    const count = rowsOf(data);
    const held = heldBack(validation?.split, count);
    this.batch = Math.min(spec.batch_size ?? Number.POSITIVE_INFINITY, count - held);
    const compiled = this.#settleTypes();
    const all = settled(compiled, data, count);
    this.training = { count: count - held, tensors: slices(all, 0, count - held) };
    if (validation?.data !== undefined) {
      const own = readData(validation.data, given.validation, { pointer: "/validation/data", datasets, trainingRows, trained: data });
      requireAlike(data, own);
      this.validation = { count: rowsOf(own), tensors: settled(compiled, own, rowsOf(own)) };
    } else this.validation = held === 0 ? null : { count: held, tensors: slices(all, count - held, count) };
    this.fixed = new Map(compiled.fixed.map((each) => [each.name, feedOf(each, given.inputs)]));
    this.stepsPerEpoch = count === 0 ? 1 : batches(this.training.count, this.batch, spec.drop_last);
    this.steps = spec.steps ?? (spec.epochs ?? 1) * this.stepsPerEpoch;
    requireSuited(spec, this.stepsPerEpoch);
  }

  /** Rows of the last batch of an epoch where they are fewer than those of the others; 0 where it is left out or never reached. */
  get rest(): number {
    const isReached = !this.spec.drop_last && this.steps >= this.stepsPerEpoch;
    return isReached && this.training.count > 0 ? this.training.count % this.batch : 0;
  }

  /** Rows that so many updates have gone through. */
  samples(steps: number): number {
    if (this.training.count === 0) return 0;
    const perEpoch = this.spec.drop_last ? this.stepsPerEpoch * this.batch : this.training.count;
    return Math.floor(steps / this.stepsPerEpoch) * perEpoch + (steps % this.stepsPerEpoch) * this.batch;
  }

  /** The program for batches of so many rows. */
  compiled(rows: number, mode: Mode): Compiled {
    const key = `${rows}|${mode}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) this.#compiled.set(key, (compiled = this.#compile(rows, mode)));
    return compiled;
  }

  /** What a parameter or buffer starts from. */
  start(each: ProgramInput): Tensor {
    const tensor = feedOf(each, this.#given.parameters);
    const bad = tensor.data.findIndex((number) => !Number.isFinite(number));
    if (bad < 0) return tensor;
    throw problemAt("invalid_training", `/parameters${pointerTo(each.name)}`, `${each.name} starts from ${tensor.data[bad]}`);
  }

  /** Numbers without a type come out as float64; where the job asks for float32, they are given that type, and the program is made again. */
  #settleTypes(): Compiled {
    const first = this.compiled(this.batch, "train");
    if (this.spec.dtype === "float64") return first;
    const open = new Set(first.program.inputs.filter(({ value }) => value.dtype === "float64").map(({ name }) => name));
    const typed = ({ tensors, pointers }: GivenInputs): GivenInputs => ({
      pointers,
      tensors: new Map(
        [...tensors].map(([name, each]) => [name, open.has(name) && each.dtype === null ? { ...each, dtype: "float32" } : each]),
      ),
    });
    if (open.size === 0) return first;
    const { parameters, inputs, data } = this.#given;
    this.#given = { parameters: typed(parameters), inputs: typed(inputs), data: typed(data) };
    this.#compiled.clear();
    return this.compiled(this.batch, "train");
  }

  #compile(rows: number, mode: Mode): Compiled {
    const { spec } = this;
    const { parameters, inputs, data } = this.#given;
    const step = input({ dtype: "int64", shape: [] });
    const given = merged([inputs, parameters, firstRows(data, rows)]);
    const program = fedByJob(() =>
      this.#compiler.compile(inMode(spec.program, mode), given, { seed: spec.seed, float: spec.dtype, ...(mode === "train" && { step }) }),
    );
    const roleOf = ({ role, name }: ProgramInput): string => (role !== "input" ? role : parameters.tensors.has(name) ? "parameter" : role);
    const of = (role: string): ProgramInput[] => program.inputs.filter((each) => roleOf(each) === role);
    const trained = of("parameter");
    if (trained.length === 0) throw problemAt("invalid_training", "/parameters", "There is nothing to train: `parameters` names what is");
    for (const { name, value } of of("input")) {
      if (value.known === null || !data.tensors.has(name)) continue;
      const why = "decides the shape of a result, so it cannot change from batch to batch: give it in `inputs`";
      throw problemAt("invalid_training", data.pointers.get(name) ?? "/data", `${name} ${why}`);
    }
    for (const { name, value } of trained) {
      if (name === metadataName)
        throw problemAt("invalid_training", `/parameters/${name}`, "Files of weights have another use for this name");
      if (isFloating(value.dtype) && value.known === null) continue;
      const why = value.known === null ? `is ${value.dtype}` : "decides the shape of a result";
      throw problemAt("invalid_training", `/parameters${pointerTo(name)}`, `${name} ${why}, so it cannot be trained`);
    }
    return {
      program,
      step,
      objective: objectiveOf(program, spec.loss, spec.program),
      data: of("input").filter(({ name }) => data.tensors.has(name)),
      fixed: of("input").filter(({ name }) => !data.tensors.has(name)),
      trained,
      buffers: of("buffer"),
    };
  }
}

/** Jobs feed most inputs from their data: a value that is missing is missing there. */
function fedByJob(compile: () => Program): Program {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof Problem && error.code === "missing_input")) throw error;
    const told = (detail: string): string => `${detail}. A job takes values from data, parameters and inputs`;
    const errors = error.errors.map((place) => ({ ...place, pointer: "/data", detail: told(place.detail) }));
    throw new Problem(error.code, told(error.detail), errors);
  }
}

/** Refuses batches for an optimizer that needs all rows at every step, and weight decay for one that knows none. */
function requireSuited({ optimizer, weight_decay }: JobSpec, stepsPerEpoch: number): void {
  const { type } = optimizer;
  if (stepsPerEpoch > 1 && methodOf(optimizer).rule === null) {
    throw problemAt("invalid_training", "/batch_size", `${type} needs all rows at every step: leave out batch_size`);
  }
  if (weight_decay !== undefined && !("weight_decay" in optimizer)) {
    throw problemAt("invalid_training", "/weight_decay", `${type} has no weight decay`);
  }
}

const inMode = (program: ProgramSource, mode: Mode): ProgramSource =>
  program.kind === "network" ? { kind: "network", source: { ...program.source, training: mode === "train" } } : program;

function objectiveOf(program: Program, loss: string | undefined, { kind }: ProgramSource): NamedValue {
  const found = loss === undefined ? program.objective : program.values.find(({ name }) => name === loss);
  if (loss !== undefined && found === undefined) {
    const meant = nearest(
      loss,
      program.values.map(({ name }) => name),
    )[0];
    throw problemAt("invalid_training", "/loss", `The program has no value named ${loss}`, meant);
  }
  if (kind === "network" && loss === undefined && found?.name !== "loss") {
    throw problemAt("invalid_training", "/network", "The network has no loss, so there is nothing to minimise", "loss");
  }
  if (!found) throw problemAt("invalid_training", "/loss", "The program has several outputs: `loss` names the one to minimise");
  const { dtype, shape } = found.value;
  if (isFloating(dtype) && sizeOf(shape) === 1) return found;
  const what = isFloating(dtype) ? `has the shape ${formatShape(shape)}` : `is ${dtype}`;
  throw problemAt("invalid_training", "/loss", `${found.name} ${what}, and what is minimised is one floating-point number`);
}

const batches = (rows: number, batch: number, dropLast: boolean): number => (dropLast ? Math.floor(rows / batch) : Math.ceil(rows / batch));

/** How many rows a split holds back; at least one, and not all. */
function heldBack(split: number | undefined, rows: number): number {
  if (split === undefined) return 0;
  const held = split < 1 ? Math.max(1, Math.round(split * rows)) : Math.floor(split);
  if (held < rows) return held;
  throw problemAt(
    "invalid_training",
    "/validation/split",
    `Of the ${rows} rows, ${held} would be held back, and none would be left to train on`,
  );
}

/** The number of rows that all tensors share; 0 without any. */
function rowsOf({ tensors, pointers }: GivenInputs): number {
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

/** Validation data have the same names as the training data, and rows of the same shapes. */
function requireAlike(data: GivenInputs, own: GivenInputs): void {
  for (const name of data.tensors.keys()) {
    if (own.tensors.has(name)) continue;
    throw problemAt("invalid_training", "/validation/data", `The validation data lack ${name}`, nearest(name, own.tensors.keys())[0]);
  }
  for (const [name, { shape }] of own.tensors) {
    const pointer = own.pointers.get(name) ?? "/validation/data";
    const trained = data.tensors.get(name)?.shape.slice(1);
    if (trained !== undefined && sameShape(shape.slice(1), trained)) continue;
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
function settled({ data }: Compiled, given: ReadData, rows: number): ReadonlyMap<string, Tensor> {
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
  throw problemAt("invalid_training", pointer + inside, `Row ${row} of ${name}${place} is ${data[bad]}: data are finite numbers`);
}

/** Rows `from` to `to` (outside) of every tensor, in the same memory. */
function slices(tensors: ReadonlyMap<string, Tensor>, from: number, to: number): ReadonlyMap<string, Tensor> {
  return new Map(
    [...tensors].map(([name, { dtype, shape, data }]) => {
      const size = sizeOf(shape.slice(1));
      return [name, { dtype, shape: [to - from, ...shape.slice(1)], data: data.subarray(from * size, to * size) }];
    }),
  );
}
