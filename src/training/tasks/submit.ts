import { z } from "zod";
import { defineTask, json } from "../../tasks/define.ts";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { account } from "../../memory/account.ts";
import { decodeGiven } from "../../program/feeds.ts";
import type { Compiler } from "../../program/compiler.ts";
import { withinUnfolding } from "../../tasks/preparations.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { JobRequest } from "../request.ts";
import { pointerTo, Problem, problemAt } from "../../problems/problems.ts";
import { type ProgramSource, programOf } from "../../program/source.ts";
import { type Datasets, inlineData, type Names } from "../data.ts";
import { datasetsOf, withoutTensors } from "../data-source.ts";
import { namesIn } from "../datasets/metadata.ts";
import { Judge } from "../judge.ts";
import { measuredBy, measuresOf } from "../measures.ts";
import { methodOf } from "../optimizers/catalogue.ts";
import type { OptimizerRule } from "../optimizers/define.ts";
import { decodeSafetensors } from "../safetensors.ts";
import { type Materials, Setup } from "../setup.ts";
import type { Rows } from "../rows.ts";
import { stepPlan } from "../step-plan.ts";
import { type JobWarning, warningsOf } from "../warnings.ts";
import { requireMonitor } from "../stopping.ts";
import { type Assignment, encodeAssignment, type JobSpec, optimizerSourceOf } from "../assignment.ts";

/** What is told of a job beside its assignment. */
export interface Planned {
  readonly digest: string;
  /** The settings as clients see them. */
  readonly summary: Readonly<Record<string, unknown>>;
  readonly datasets: readonly string[];
  readonly tags: readonly string[];
  readonly webhook: { readonly url: string; readonly secret: string | null } | null;
  readonly steps: number;
  /** The step at which it pauses by itself. */
  readonly pause_at: number | null;
}

/** POST /v1/jobs: checks all that can be checked before training, and answers with the assignment's bytes. */
export const planJob = defineTask({
  name: "planJob",
  /** Where the files of the datasets lie, by their ids. */
  parameters: z.strictObject({ datasets: z.record(z.string(), z.string()) }),
  body: json(JobRequest),
  prepare:
    ({ limits, compiler }) =>
    (request, { parameters }) => {
      const program = programOf(request);
      const given = {
        parameters: decodeGiven(request.parameters ?? {}, ["parameters"], limits),
        inputs: decodeGiven(request.inputs, ["inputs"], limits),
        data: inlineData(request.data, "/data", limits),
        validation: inlineData(request.validation?.data ?? {}, "/validation/data", limits),
      };
      const materials = { limits, compiler, datasets: readDatasets(parameters.datasets) };
      return planned({ spec: specOf(request, program), given }, request, materials);
    },
});

/** Checks an assignment, and answers with its bytes and what is told beside it. Throws Problem. */
export function planned(
  { spec, given }: Assignment,
  { tags, webhook, pause_after }: Pick<JobRequest, "tags" | "webhook" | "pause_after">,
  materials: Materials,
): { readonly content: { readonly kind: "bytes"; readonly bytes: Uint8Array }; readonly facts: Planned } {
  const at = pointerTo(spec.program.kind);
  const { setup, warnings } = withinUnfolding(materials.limits, at, () => checked({ spec, given }, materials));
  const bytes = encodeAssignment({ given, spec: kept(spec, materials.compiler) });
  const facts: Planned = {
    digest: createHash("sha256").update(bytes).digest("hex"),
    summary: { ...summaryOf(setup), warnings },
    datasets: [...new Set([...datasetsOf(spec.data), ...datasetsOf(spec.validation?.data ?? {})])],
    tags,
    webhook: webhook === undefined ? null : { url: webhook.url, secret: webhook.secret ?? null },
    steps: setup.steps,
    pause_at: pause_after === undefined ? null : (spec.continues?.step ?? 0) + pause_after,
  };
  return { content: { kind: "bytes", bytes }, facts };
}

/**
 * Datasets as files of safetensors, by their ids; each is read once. Memory is charged for all of them together: what can never fit is
 * refused before any of it is read.
 */
export function readDatasets(paths: Readonly<Record<string, string>>): Datasets {
  account().charge(Object.values(paths).reduce((sum, path) => sum + statSync(path).size, 0));
  const read = new Map<string, ReadonlyMap<string, Tensor & Names>>();
  return (id) => {
    if (!Object.hasOwn(paths, id)) return null;
    let tensors = read.get(id);
    if (tensors === undefined) {
      tensors = named(decodeSafetensors(readFileSync(paths[id])));
      read.set(id, tensors);
    }
    return tensors;
  };
}

function named({ tensors, metadata }: ReturnType<typeof decodeSafetensors>): ReadonlyMap<string, Tensor & Names> {
  const { columns = {}, categories = {} } = namesIn(metadata, tensors);
  const of = (names: Readonly<Record<string, readonly string[]>>, name: string) => (Object.hasOwn(names, name) ? names[name] : undefined);
  return new Map([...tensors].map(([name, tensor]) => [name, { ...tensor, columns: of(columns, name), classes: of(categories, name) }]));
}

function specOf(request: JobRequest, program: ProgramSource): JobSpec {
  const { graph: _graph, expression: _expression, network: _network, graph_id: _id, ...rest } = request;
  const { parameters: _parameters, inputs: _inputs, webhook: _webhook, tags: _tags, pause_after: _pause, ...settings } = rest;
  return { ...settings, program };
}

/** The specification without the tensors that stand in it, and with the program itself in place of an id. */
function kept(spec: JobSpec, compiler: Compiler): JobSpec {
  const { validation, program } = spec;
  const own = validation?.data === undefined ? validation : { ...validation, data: withoutTensors(validation.data) };
  return { ...spec, data: withoutTensors(spec.data), ...(own && { validation: own }), program: resolved(program, compiler) };
}

function resolved(program: ProgramSource, compiler: Compiler): ProgramSource {
  if (program.kind !== "graph_id") return program;
  const registered = compiler.registered(program.source, "/graph_id");
  return "graph" in registered ? { kind: "graph", source: registered.graph } : { kind: "network", source: registered.network };
}

/** A setup all of whose steps can be planned. Throws Problem. */
function checked(assignment: Assignment, materials: Materials): { readonly setup: Setup; readonly warnings: readonly JobWarning[] } {
  const setup = new Setup(assignment, materials);
  const { rule } = methodOf(optimizerSourceOf(assignment.spec));
  const { compiled } = stepPlan(setup, setup.batch, { rule, isWatched: false });
  for (const each of [...compiled.trained, ...compiled.buffers]) setup.start(each);
  if (setup.rest > 0) requireRest(setup, rule);
  const measures = measuresOf(assignment.spec.metrics, compiled.program, assignment.spec.program);
  requireMonitor(assignment.spec, Object.keys(measuredBy(measures)));
  return { setup, warnings: judgedWarnings(setup) };
}

/** What holds for the other batches may not hold for the last one, which has fewer rows. */
function requireRest(setup: Setup, rule: OptimizerRule | null): void {
  const { rest, batch, training } = setup;
  try {
    stepPlan(setup, rest, { rule, isWatched: false });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const detail = `The last batch of an epoch has ${rowsOf(rest)}, as ${batch} do not divide ${training.count}: ${error.detail}. Another batch_size, or drop_last, avoids it`;
    throw problemAt(error.code, "/batch_size", detail);
  }
}

const rowsOf = (count: number): string => (count === 1 ? "1 row" : `${count} rows`);

/** What training and validation data can be judged by, tried for a moment. Throws Problem. */
function judgedWarnings(setup: Setup): JobWarning[] {
  using own = new Judge(setup, setup.training);
  if (setup.validation === null) return warningsOf(setup, [own]);
  using held = heldJudge(setup, setup.validation);
  return warningsOf(setup, [own, held]);
}

function heldJudge(setup: Setup, validation: Rows): Judge {
  try {
    return new Judge(setup, validation);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { count } = validation;
    const detail = `Validation with ${rowsOf(count)} does not fit the program, which takes up to ${setup.batch} at once: ${error.detail}`;
    throw problemAt(error.code, "/validation", detail);
  }
}

/** What clients see of a job's settings. */
function summaryOf(setup: Setup): Record<string, unknown> {
  const { spec, training, validation, batch, steps, stepsPerEpoch } = setup;
  const { data: _data, validation: _validation, program, batch_size: _size, ...settings } = spec;
  const { trained, objective } = setup.compiled(batch, "train");
  return {
    ...settings,
    program: program.kind,
    loss: objective.name,
    optimizer: optimizerSourceOf(spec),
    parameters: trained.reduce((sum, { value }) => sum + sizeOf(value.shape), 0),
    training_rows: training.count,
    validation_rows: validation?.count ?? 0,
    batch_size: batch,
    steps,
    epochs: steps / stepsPerEpoch,
  };
}
