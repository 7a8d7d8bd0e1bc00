import { z } from "zod";
import { chargedFile } from "../files.ts";
import { defineTask, json, type Shared } from "../../tasks/define.ts";
import type { TaskContent, Findings } from "../../tasks/result.ts";
import { Shelf } from "../../tasks/cache.ts";
import { decodeGiven, merged } from "../../program/feeds.ts";
import { evaluatorOf } from "../../compute/evaluate.ts";
import { differentiatorOf } from "../../compute/gradients.ts";
import type { GivenInputs } from "../../program/draft.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { JobGradientsRequest, PredictRequest } from "../run-requests.ts";
import { pointerTo, Problem, problemAt } from "../../problems/problems.ts";
import { programMembers, type ProgramSource } from "../../program/source.ts";
import { settle } from "../../request/settle.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { givenOf } from "../data.ts";
import { namesDataset } from "../data-source.ts";
import { type PredictedRows, rowsFrom } from "../dataset-rows.ts";
import { classesOf } from "../predicted-classes.ts";
import { decodeAssignment, type JobSpec } from "../assignment.ts";
import { requireSameColumns } from "../same-names.ts";
import { applied, type FittedTransforms, isTyped } from "../transforms/fitted.ts";
import { decodeWeights } from "../weights.ts";

/** Where the files of a job lie that a request uses. */
const Files = z.strictObject({ assignment: z.string(), weights: z.string() });
type Files = z.output<typeof Files>;

const Names = z.record(z.string(), z.array(z.string()));

/** With those of datasets that stand in the request, and the names of classes and columns that the job's own datasets have, by their ids. */
const PredictFiles = z.strictObject({
  ...Files.shape,
  datasets: z.record(z.string(), z.string()),
  names: z.record(z.string(), z.strictObject({ categories: Names, columns: Names })),
});

/** A trained program, and the tensors that it is run with unless the request gives others. */
interface Trained {
  readonly spec: JobSpec;
  readonly given: GivenInputs;
  readonly fits: Readonly<Record<string, FittedTransforms>>;
}

/** POST /v1/jobs/{id}/predict: the job's program, run forward with its weights. */
export const predict = defineTask({
  name: "predict",
  parameters: PredictFiles,
  body: json(PredictRequest),
  prepare: (shared) => {
    const { limits } = shared;
    const trainedBy = readerOf(shared);
    const evaluate = evaluatorOf(shared);
    return (request, { parameters, cancelled }) => {
      const trained = trainedBy(parameters);
      const given = decodeGiven(request.inputs, ["inputs"], limits);
      const { dataset, first_row } = request;
      const rows = dataset === undefined ? null : rowsOf(dataset, parameters, request, trained.spec);
      const twice = rows && [...given.tensors.keys()].find((name) => rows.given.tensors.has(name));
      if (typeof twice === "string") {
        throw problemAt("invalid_request", `/inputs${pointerTo(twice)}`, `The rows of the dataset are ${twice}: leave out one of the two`);
      }
      const told = request.transform ? transformed(given, trained) : given;
      const own = rows === null ? told : merged([transformed(rows.given, trained), told]);
      const program = inUse(trained.spec.program, own.tensors.has("target"));
      const question = { ...request, seed: trained.spec.seed };
      const { outputOf, ...found } = placed(own, () => evaluate(question, program, merged([trained.given, own]), cancelled));
      const names = request.classes ? namesOf(trained.spec, parameters, "categories", "target") : [];
      const further = {
        ...(request.classes && { classes: classesOf(outputOf("output"), trained.spec.program, names) }),
        ...(rows !== null && { first_row, rows: rows.rows, of_rows: rows.of }),
      };
      const findings = { ...found, further: { ...found.further, ...further } };
      return { content: { kind: "findings", findings, encoding: request.encoding }, facts: null };
    };
  },
});

function rowsOf(dataset: string, files: z.output<typeof PredictFiles>, { first_row, rows }: PredictRequest, spec: JobSpec): PredictedRows {
  const path = Object.hasOwn(files.datasets, dataset) ? files.datasets[dataset] : null;
  if (path === null) throw problemAt("unknown_dataset", "/dataset", `No dataset is kept as ${dataset}`);
  const found = rowsFrom(path, decodeAssignment(chargedFile(files.assignment)), first_row, rows);
  for (const [name, columns] of found.columns) requireSameColumns(name, "/dataset", namesOf(spec, files, "columns", name), columns);
  return found;
}

const Source = z.object({ dataset: z.string(), tensor: z.string().optional() });

/** The names of the classes or the columns of what a job was fed with as `input`, in their order; none where it has none. */
function namesOf(
  { data }: JobSpec,
  { names }: z.output<typeof PredictFiles>,
  kind: "categories" | "columns",
  input: string,
): readonly string[] {
  const told = Source.safeParse(namesDataset(data) ? data : Object.entries(data).find(([name]) => name === input)?.[1]);
  if (!told.success || !Object.hasOwn(names, told.data.dataset)) return [];
  const ofTensors = new Map(Object.entries(names[told.data.dataset][kind]));
  // The only tensor of a dataset need not be named.
  const [only] = namesDataset(data) || ofTensors.size !== 1 ? [] : ofTensors.values();
  return ofTensors.get(told.data.tensor ?? input) ?? only ?? [];
}

/** POST /v1/jobs/{id}/gradients: the same, forward and backward. */
export const jobGradients = defineTask({
  name: "jobGradients",
  parameters: Files,
  body: json(JobGradientsRequest),
  prepare: (shared) => {
    const { limits } = shared;
    const trainedBy = readerOf(shared);
    const differentiate = differentiatorOf(shared);
    return (request, { parameters, cancelled }) => {
      const trained = trainedBy(parameters);
      const own = decodeGiven(request.inputs, ["inputs"], limits);
      const hasTarget = own.tensors.has("target") || (request.points ?? []).some((point) => "target" in point);
      const program = inUse(trained.spec.program, hasTarget);
      const question = { ...request, seed: trained.spec.seed };
      const content = placed(own, () => differentiate(question, program, merged([trained.given, own]), cancelled));
      return { content: placedLater(own, content), facts: null };
    };
  },
});

/** A trained program with the bytes that keeping it takes. */
interface KeptTrained {
  readonly trained: Trained;
  readonly bytes: number;
}

/** The trained programs that the tasks of one thread have read lately. */
const read = new WeakMap<Shared, Shelf<KeptTrained>>();

/** Reads trained programs, and keeps them for the next time. */
function readerOf(shared: Shared): (files: Files) => Trained {
  let known = read.get(shared);
  if (known === undefined) read.set(shared, (known = new Shelf(shared.cache, ({ bytes }) => bytes)));
  const shelf = known;
  return (files) => {
    const key = `${files.assignment} ${files.weights}`;
    const kept = shelf.get(key);
    if (kept !== undefined) return kept.trained;
    const own = readTrained(files);
    shelf.set(key, own);
    return own.trained;
  };
}

const ofTheJob = new RegExp(`^/(${[...Object.keys(programMembers), "parameters", "weights"].join("|")})(/|$)`);

/** The program and the weights stand nowhere in the request: whatever of them the inputs do not fit, the fault lies with the inputs. */
function placed<T>({ tensors, pointers }: GivenInputs, work: () => T, whole = "/inputs"): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const names = [...tensors.keys()];
    const only = names.length === 1 ? (pointers.get(names[0]) ?? pointerTo("inputs", names[0])) : whole;
    const pointer = [...pointers.values()].includes("/dataset") ? "/dataset" : only;
    const errors = error.errors.map((place) => (ofTheJob.test(place.pointer) ? { ...place, pointer } : place));
    throw new Problem(error.code, error.detail, errors, error.retryAfter);
  }
}

/** The same of points, which are run when they are told. */
function placedLater(given: GivenInputs, content: TaskContent): TaskContent {
  if (content.kind !== "points") return content;
  const points = content.points[Symbol.iterator]();
  const next = (): IteratorResult<Findings> => placed(given, () => points.next(), "/points");
  return { ...content, points: Iterator.from({ next }) };
}

/** A network as it is used: without its loss where there is no target to compare with. */
function inUse(program: ProgramSource, hasTarget: boolean): ProgramSource {
  if (program.kind !== "network") return program;
  const { loss, ...others } = program.source;
  return { kind: "network", source: { ...others, ...(hasTarget && loss !== undefined && { loss }), training: false } };
}

/** The inputs after the transforms that the job's data had. */
function transformed({ tensors, pointers }: GivenInputs, { fits }: Trained): GivenInputs {
  const changed = [...tensors].map(([name, given]): [string, GivenTensor] => {
    const pointer = pointers.get(name) ?? "/inputs";
    const fit = Object.hasOwn(fits, name) ? fits[name] : null;
    if (fit === null) return [name, given];
    const tensor = settle(given, given.dtype ?? (given.kind === "bool" ? "bool" : "float64"), pointer);
    return [name, givenOf(applied(fit, tensor, pointer), isTyped(fit))];
  });
  return { tensors: new Map(changed), pointers };
}

function readTrained({ assignment, weights }: Files): KeptTrained {
  const file = chargedFile(assignment);
  const { spec, given } = decodeAssignment(file);
  const bytes = chargedFile(weights);
  const { weights: own, fits } = decodeWeights(bytes);
  const tensors = new Map(
    [...own].map(([name, { dtype, shape, data }]) => {
      const kind = isFloating(dtype) ? ("real" as const) : ("whole" as const);
      return [name, { dtype, shape, data, kind, layout: "base64" as const }];
    }),
  );
  const pointers = new Map([...tensors.keys()].map((name) => [name, "/weights"]));
  return {
    trained: { spec, fits, given: merged([given.inputs, { tensors, pointers }]) },
    bytes: 2 * bytes.length + JSON.stringify(spec).length,
  };
}
