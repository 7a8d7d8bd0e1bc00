import { branchesOf } from "../../autodiff/branches.ts";
import { answer, record } from "../../engine/answer.ts";
import { Cancelled } from "../../engine/execute.ts";
import { decodeGiven, feedsOf, merged, settleCotangent } from "../../engine/given.ts";
import { Preparations } from "../../engine/prepare.ts";
import { type Runnable, runnable } from "../../engine/run.ts";
import { type Context, readRequest } from "../../engine/tasks/context.ts";
import type { Handler } from "../../engine/worker-loop.ts";
import type { GivenInputs } from "../../graph/draft.ts";
import type { Program } from "../../graph/program.ts";
import { uniform } from "../../kernels/random.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { type Tensor, tensorOf } from "../../tensor/tensor.ts";
import { encodeTensor } from "../../wire/encode.ts";
import type { Limits } from "../../wire/limits.ts";
import { ProbeRequest } from "../../wire/probe-request.ts";
import type { ProbeResponse } from "../../wire/probe-response.ts";
import { pointerTo, Problem, problemAt } from "../../wire/problems.ts";
import { programOf } from "../../wire/program-source.ts";
import { decodeTensor, type GivenTensor } from "../../wire/tensor.ts";
import { drawCotangent } from "../check/draw.ts";
import { sameNumbers } from "../compare.ts";
import { type PreparedGrading, prepareGrading } from "../grade/prepare.ts";
import type { ItemRequest } from "../items.ts";
import { classesOf } from "../mutants/labels.ts";
import { type Distinction, distinguish } from "./distinguish.ts";
import { drawTensor } from "./draw.ts";
import { placeholder, type Wanted, wantedInputs } from "./wanted.ts";

interface PreparedProbe extends PreparedGrading {
  /** Computes the values that change when a kink is passed. */
  readonly branches: Runnable;
}

/** Inputs that were drawn, and what can be seen at them. */
interface Attempt {
  readonly feeds: readonly Tensor[];
  readonly cotangent: Tensor | null;
  readonly awayFromKinks: boolean;
  readonly distinction: Distinction;
}

/** How often inputs are drawn; the best are answered. Later draws have positive numbers only, for logarithms and roots. */
const attempts = 6;
const signedAttempts = 4;

/** POST /v1/probe: inputs at which the known mistakes give different numbers. */
export function probeTask({ limits, compiler, cacheBytes }: Context): Handler {
  const preparations = new Preparations<PreparedProbe>(limits, cacheBytes);

  return (body, { cancelled }) => {
    const request = readRequest(ProbeRequest, body, limits);
    const source = programOf(request);
    const fixed = merged([decodeGiven(request.inputs, ["inputs"], limits), decodeGiven(request.parameters ?? {}, ["parameters"], limits)]);
    const wanted = wantedInputs(request, fixed, compiler, limits);
    const given = withPlaceholders(fixed, wanted);
    const cotangent = request.cotangent === undefined ? null : decodeTensor(request.cotangent, "/cotangent", limits);
    const prepared = preparations.get(source, JSON.stringify([request.of, request.items, request.seed]), given, () =>
      prepareProbe(
        namingShapes(request, wanted, () => compiler.compile(source, given, request.seed)),
        request,
        limits,
      ),
    );
    const tried: Attempt[] = [];
    for (let at = 0; at < attempts; at++) {
      if (cancelled()) throw new Cancelled();
      const attempt = tryInputs(prepared, { request, fixed, given, wanted, cotangent, at, cancelled });
      if (attempt !== null) tried.push(attempt);
      const [before, last] = tried.slice(-2);
      // What two draws in a row do not show, others will not show either.
      if (last !== undefined && last.awayFromKinks && worth(last) === worth(before)) break;
      // Numbers of both signs show more, so positive ones are drawn only where nothing else will do.
      if (at >= signedAttempts - 1 && tried.length > 0) break;
    }
    const [best] = tried.toSorted((a, b) => worth(a) - worth(b));
    if (best === undefined) {
      const place = wanted.length > 0 ? "/generate" : "/inputs";
      const detail = "No finite numbers come out at any inputs that were drawn: give the inputs' bounds with generate and between";
      throw problemAt("invalid_request", place, wanted.length > 0 ? detail : "No finite numbers come out at the inputs that are given");
    }
    return answer(responseOf(prepared, best, request), limits);
  };
}

const withPlaceholders = (fixed: GivenInputs, wanted: readonly Wanted[]): GivenInputs => ({
  tensors: new Map<string, GivenTensor>([...fixed.tensors, ...wanted.map((each) => [each.name, placeholder(each)] as const)]),
  pointers: new Map([...fixed.pointers, ...wanted.map(({ name }) => [name, pointerTo("generate", name)] as const)]),
});

/** Inputs of which nothing is said are taken for single numbers, which is seldom meant where they do not fit. */
function namingShapes(request: ProbeRequest, wanted: readonly Wanted[], compile: () => Program): Program {
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
  return { ...prepared, branches: runnable(program, null, watched, limits) };
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

interface Trial {
  readonly request: ProbeRequest;
  readonly fixed: GivenInputs;
  readonly given: GivenInputs;
  readonly wanted: readonly Wanted[];
  readonly cotangent: GivenTensor | null;
  readonly at: number;
  readonly cancelled: () => boolean;
}

/** null where the numbers that were drawn lead to NaN or infinities. */
function tryInputs(prepared: PreparedProbe, { request, fixed, given, wanted, cotangent, at, cancelled }: Trial): Attempt | null {
  const { program, derivatives, right } = prepared;
  const { predictions, counts } = prepared.study();
  const seed = request.seed * attempts + at;
  const byName = new Map(wanted.map((each) => [each.name, each]));
  const start = feedsOf(program, given);
  const feeds = program.inputs.map(({ name, value, role }, place): Tensor => {
    const own = byName.get(name);
    if (own === undefined && (fixed.tensors.has(name) || role !== "parameter")) return start[place];
    const manner = {
      between: own?.between ?? null,
      oneHot: own?.oneHot ?? false,
      choices: classesOf(program.nodes, value) || 2,
      signed: at < signedAttempts,
      coarse: request.ties,
    };
    return drawTensor(name, value, manner, seed);
  });
  let flowing: Tensor | null = null;
  if (derivatives !== null && derivatives.cotangent !== null) {
    const { dtype, shape } = derivatives.objective.value;
    flowing = cotangent === null ? tensorOf(dtype, shape, drawCotangent(shape, seed)) : settleCotangent(cotangent, derivatives.objective);
  }
  const fed = flowing === null ? feeds : [...feeds, flowing];
  const expected = right.run(fed, cancelled, given).wanted.map(copyOf);
  if (!expected.every(({ data }) => data.every(Number.isFinite))) return null;
  const distinction = distinguish(predictions.at(fed, given, cancelled), expected, counts);
  return { feeds, cotangent: flowing, awayFromKinks: isAwayFromKinks(prepared.branches, feeds, given, cancelled), distinction };
}

/** How far each input is moved to find kinks nearby, relative to its numbers, and how often. */
const nearby = 1e-4;
const moves = 4;

function isAwayFromKinks(branches: Runnable, feeds: readonly Tensor[], given: GivenInputs, cancelled: () => boolean): boolean {
  const here = branches.run(feeds, cancelled, given).wanted.map(copyOf);
  for (let move = 0; move < moves; move++) {
    const there = feeds.map((tensor, input): Tensor => {
      if (!isFloating(tensor.dtype)) return tensor;
      const data = tensor.data.slice();
      for (let at = 0; at < data.length; at++) data[at] *= 1 + nearby * (2 * uniform(move, input, at) - 1);
      return { ...tensor, data };
    });
    const { wanted } = branches.run(there, cancelled, given);
    if (!wanted.every((tensor, at) => sameNumbers(tensor, here[at]))) return false;
  }
  return true;
}

/** The less the better: kinks nearby first, then what cannot be seen or told apart. */
const worth = ({ awayFromKinks, distinction: { unseen, indistinguishable } }: Attempt): number =>
  (awayFromKinks ? 0 : 1e6) + unseen.length + indistinguishable.reduce((sum, group) => sum + group.length, 0);

function responseOf(
  { program }: PreparedProbe,
  { feeds, cotangent, awayFromKinks, distinction }: Attempt,
  { encoding }: ProbeRequest,
): ProbeResponse {
  const named = (wantParameters: boolean) =>
    record(
      program.inputs.flatMap(({ name, role }, at) =>
        (role === "input") === wantParameters ? [] : [[name, encodeTensor(feeds[at], encoding)] as const],
      ),
    );
  const hasParameters = program.inputs.some(({ role }) => role !== "input");
  return {
    inputs: named(false),
    ...(hasParameters && { parameters: named(true) }),
    ...(cotangent !== null && { cotangent: encodeTensor(cotangent, encoding) }),
    away_from_kinks: awayFromKinks,
    told_apart: [...distinction.toldApart],
    indistinguishable: distinction.indistinguishable.map((group) => [...group]),
    unseen: [...distinction.unseen],
  };
}

const copyOf = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() });
