import type { Compiler } from "../program/compiler.ts";
import type { GivenInputs } from "../program/draft.ts";
import { feedOf } from "../program/feeds.ts";
import type { ProgramInput } from "../program/program.ts";
import { pointerTo, problemAt } from "../problems/problems.ts";
import type { Limits } from "../request/limits.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Assignment, JobSpec } from "./assignment.ts";
import { type Compiled, compileJob, type GivenToJob, type Mode } from "./compiled.ts";
import { type DataPlace, type Datasets, readData } from "./data.ts";
import { type LossParts, lossPartsOf } from "./loss-parts.ts";
import { methodOf } from "./optimizers/catalogue.ts";
import { inOrder, requireAlike, type Rows, rowsOf, settled, slices } from "./rows.ts";
import { heldBack, splitOrder } from "./splitting.ts";
import type { FittedTransforms } from "./transforms/fitted.ts";

/** What a job is set up with. */
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
  #given: GivenToJob;
  #epochParts: LossParts | null = null;

  constructor({ spec, given }: Assignment, { compiler, limits, datasets }: Materials) {
    this.spec = spec;
    this.limits = limits;
    this.#compiler = compiler;
    const { validation } = spec;
    const trainingRows = (rows: number): number => rows - heldBack(validation?.split, rows);
    const orderOf: DataPlace["orderOf"] = (own) => splitOrder(validation, spec.seed, own);
    const data = readData(spec.data, given.data, { pointer: "/data", datasets, trainingRows, orderOf });
    this.fits = Object.fromEntries([...data.sources].filter(([, { fit }]) => fit.steps.length > 0).map(([name, { fit }]) => [name, fit]));
    this.#given = { parameters: given.parameters, inputs: given.inputs, data };
    const count = rowsOf(data);
    const held = heldBack(validation?.split, count);
    this.batch = Math.min(spec.batch_size ?? Number.POSITIVE_INFINITY, count - held);
    const compiled = this.#settleTypes();
    const all = inOrder(settled(compiled, data, count), data.order);
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
    if (compiled === undefined) {
      compiled = compileJob(this.spec, this.#given, { rows, mode, compiler: this.#compiler });
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }

  /** How the loss of so many rows follows from those of `parts`. */
  lossParts(mode: Mode, rows: number, parts: readonly number[]): LossParts {
    return lossPartsOf((count) => this.compiled(count, mode), rows, parts, mode);
  }

  /** How the loss of an epoch follows from those of its batches; null where it has one batch. */
  get epochParts(): LossParts | null {
    if (this.stepsPerEpoch === 1) return null;
    const rows = this.spec.drop_last ? this.stepsPerEpoch * this.batch : this.training.count;
    const sizes = this.rest === 0 ? [this.batch] : [this.batch, this.rest];
    return (this.#epochParts ??= this.lossParts("train", rows, sizes));
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

const batches = (rows: number, batch: number, dropLast: boolean): number => (dropLast ? Math.floor(rows / batch) : Math.ceil(rows / batch));
