import { defineTask, json, noParameters, type Shared } from "../../tasks/define.ts";
import type { TaskContent, WriteTensor } from "../../tasks/result.ts";
import { branchesOf } from "../../autodiff/branches.ts";
import { record } from "../../tasks/outline.ts";
import { givenIn } from "../../program/feeds.ts";
import { Preparations } from "../../tasks/preparations.ts";
import { runnable } from "../../run/run.ts";
import type { GivenInputs } from "../../program/draft.ts";
import type { Program } from "../../program/program.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Limits } from "../../request/limits.ts";
import { ProbeRequest } from "./request.ts";
import { ProbeResponse } from "./response.ts";
import { pointerTo, Problem, problemAt } from "../../problems/problems.ts";
import { programOf } from "../../program/source.ts";
import { decodeTensor, type GivenTensor } from "../../request/tensor.ts";
import { prepareGrading } from "../grade/prepare.ts";
import type { ItemRequest } from "../items.ts";
import { type Attempt, bestInputs, type PreparedProbe } from "./attempt.ts";
import { placeholder, type WantedInput, wantedInputs } from "./wanted.ts";

/** POST /v1/probe: inputs at which the known mistakes give different numbers. */
export const probe = defineTask({
  name: "probe",
  parameters: noParameters,
  body: json(ProbeRequest),
  operation: {
    operationId: "probe",
    tag: "grading",
    summary: "Draw inputs that tell mistakes apart",
    description:
      "Draws inputs for a program at which the known mistakes give different numbers: away from kinks and from 0, with random targets " +
      "and cotangents. Says which mistakes can be told apart at these inputs, which look the same, and which do not show. Grade there.",
    request: "A program and what its inputs are like",
    answer: { description: "The inputs, and what they show", schema: ProbeResponse },
    examples: async () => (await import("./examples.ts")).probeExamples,
    post: { path: "/v1/probe", parameters: () => ({}) },
    command: { summary: "draw inputs that tell mistakes apart", parameters: {} },
  },
  prepare: (shared) => {
    const draw = drawerOf(shared);
    return (request, { cancelled }) => ({ content: draw(request, cancelled), facts: null });
  },
});

/** Draws inputs for requests. What is compiled is kept between them. */
function drawerOf(shared: Shared) {
  const { limits, compiler } = shared;
  const preparations = new Preparations<PreparedProbe>(shared);

  return (request: ProbeRequest, cancelled: () => boolean): TaskContent => {
    const source = programOf(request);
    const fixed = givenIn(request, limits);
    const wanted = wantedInputs(request, fixed, compiler, limits);
    const given = withPlaceholders(fixed, wanted);
    const cotangent = request.cotangent === undefined ? null : decodeTensor(request.cotangent, "/cotangent", limits);
    const prepared = preparations.get(source, JSON.stringify([request.of, request.items, request.seed]), given, () =>
      prepareProbe(
        namingShapes(request, wanted, () => compiler.compile(source, given, { seed: request.seed })),
        request,
        limits,
      ),
    );
    const best = bestInputs(prepared, { request, fixed, given, wanted, cotangent, cancelled });
    if (best === null) {
      const [place, what] =
        wanted.length > 0 ? ["/generate", "were drawn: give the inputs' bounds with between"] : ["/inputs", "are given"];
      throw problemAt("invalid_request", place, `No finite numbers come out at any inputs that ${what}`);
    }
    return { kind: "document", encoding: request.encoding, compose: (write) => responseOf(prepared, best, write) };
  };
}

const withPlaceholders = (fixed: GivenInputs, wanted: readonly WantedInput[]): GivenInputs => ({
  tensors: new Map<string, GivenTensor>([...fixed.tensors, ...wanted.map((each) => [each.name, placeholder(each)] as const)]),
  pointers: new Map([...fixed.pointers, ...wanted.map(({ name }) => [name, pointerTo("generate", name)] as const)]),
});

/** Inputs of which nothing is said are taken for single numbers, which is seldom meant where they do not fit. */
function namingShapes(request: ProbeRequest, wanted: readonly WantedInput[], compile: () => Program): Program {
  try {
    return compile();
  } catch (error) {
    const unnamed = wanted.filter(({ name, shape }) => shape.length === 0 && request.generate[name] === undefined).map(({ name }) => name);
    if (!(error instanceof Problem) || error.code !== "shape_mismatch" || unnamed.length === 0) throw error;
    const detail = `Say under generate what shapes ${unnamed.join(", ")} have; taken for single numbers they do not fit. ${error.detail}`;
    throw problemAt("missing_input", "/generate", detail);
  }
}

function prepareProbe(program: Program, request: ProbeRequest, limits: Limits): PreparedProbe {
  const requests = itemRequests(program, request);
  const objective = request.of === undefined ? program.objective : program.values.find(({ name }) => name === request.of);
  const needsCotangent = objective !== null && objective !== undefined && sizeOf(objective.value.shape) !== 1;
  const prepared = prepareGrading(program, { of: request.of, cotangent: needsCotangent, items: requests }, limits);
  const moving = program.inputs.map(({ value }) => value).filter(({ dtype }) => isFloating(dtype));
  const branches = branchesOf(
    program.outputs.map(({ value }) => value),
    moving,
  );
  const watched = branches.map(({ value }) => value);
  return { ...prepared, branches: runnable(program, watched, limits) };
}

/** What submissions will hold: what the request says, or outputs and all gradients. */
function itemRequests(program: Program, { items }: ProbeRequest): ItemRequest[] {
  const named = (kind: "output" | "node" | "gradient", names: readonly string[], pointer: string): ItemRequest[] =>
    names.map((name, at) => ({ kind, name, pointer: `${pointer}/${at}` }));
  if (items !== undefined) {
    return [
      ...named("output", items.outputs ?? [], "/items/outputs"),
      ...named("node", items.nodes ?? [], "/items/nodes"),
      ...named("gradient", items.gradients ?? [], "/items/gradients"),
    ];
  }
  const variables = program.inputs.filter(({ value, role }) => isFloating(value.dtype) && value.known === null && role !== "buffer");
  return [
    ...named(
      "output",
      program.outputs.map(({ name }) => name),
      "",
    ),
    ...named(
      "gradient",
      variables.map(({ name }) => name),
      "",
    ),
  ];
}

/** A ProbeResponse. */
function responseOf<Written>(
  { program }: PreparedProbe,
  { feeds, cotangent, awayFromKinks, distinction }: Attempt,
  write: WriteTensor<Written>,
): object {
  const named = (wantParameters: boolean) =>
    record(
      program.inputs.flatMap(({ name, role }, at) => ((role === "input") === wantParameters ? [] : [[name, write(feeds[at])] as const])),
    );
  const hasParameters = program.inputs.some(({ role }) => role !== "input");
  return {
    inputs: named(false),
    ...(hasParameters && { parameters: named(true) }),
    ...(cotangent !== null && { cotangent: write(cotangent) }),
    away_from_kinks: awayFromKinks,
    told_apart: distinction.toldApart,
    indistinguishable: distinction.indistinguishable,
    unseen: distinction.unseen,
  };
}
