import type { Compiler } from "../program/compiler.ts";
import type { GivenInputs } from "../program/draft.ts";
import { merged } from "../program/feeds.ts";
import type { NamedValue, Program, ProgramInput } from "../program/program.ts";
import type { ProgramSource } from "../program/source.ts";
import { input, type Value } from "../ir/graph.ts";
import { nearest } from "../problems/nearest.ts";
import { pointerTo, Problem, problemAt } from "../problems/problems.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import type { JobSpec } from "./assignment.ts";
import { firstRows } from "./data.ts";
import { metadataName } from "./safetensors.ts";

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

/** What a program is fed with, but for the validation's data. */
export type GivenToJob = Readonly<Record<"parameters" | "inputs" | "data", GivenInputs>>;

/** Compiles the job's program for batches of so many rows. Throws Problem. */
export function compileJob(
  spec: JobSpec,
  { parameters, inputs, data }: GivenToJob,
  { rows, mode, compiler }: { readonly rows: number; readonly mode: Mode; readonly compiler: Compiler },
): Compiled {
  const step = input({ dtype: "int64", shape: [] });
  const given = merged([inputs, parameters, firstRows(data, rows)]);
  const program = fedByJob(() =>
    compiler.compile(inMode(spec.program, mode), given, { seed: spec.seed, float: spec.dtype, ...(mode === "train" && { step }) }),
  );
  const roleOf = ({ role, name }: ProgramInput): string => (role !== "input" ? role : parameters.tensors.has(name) ? "parameter" : role);
  const of = (role: string): ProgramInput[] => program.inputs.filter((each) => roleOf(each) === role);
  const trained = of("parameter");
  if (trained.length === 0) throw problemAt("invalid_training", "/parameters", "There is nothing to train: `parameters` names what is");
  requireFixedShapes(of("input"), data);
  for (const each of trained) requireTrainable(each);
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

/** Batches may differ in nothing but their numbers. */
function requireFixedShapes(inputs: readonly ProgramInput[], data: GivenInputs): void {
  for (const { name, value } of inputs) {
    if (value.known === null || !data.tensors.has(name)) continue;
    const why = "decides the shape of a result, so it cannot change from batch to batch: give it in `inputs`";
    throw problemAt("invalid_training", data.pointers.get(name) ?? "/data", `${name} ${why}`);
  }
}

function requireTrainable({ name, value }: ProgramInput): void {
  if (name === metadataName) throw problemAt("invalid_training", `/parameters/${name}`, "Files of weights have another use for this name");
  if (isFloating(value.dtype) && value.known === null) return;
  const why = value.known === null ? `is ${value.dtype}` : "decides the shape of a result";
  throw problemAt("invalid_training", `/parameters${pointerTo(name)}`, `${name} ${why}, so it cannot be trained`);
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
