import { type Handler, type Context, readRequest } from "../../tasks/context.ts";
import { readFileSync } from "node:fs";
import { Cache } from "../../tasks/cache.ts";
import { decodeGiven, merged } from "../../program/feeds.ts";
import { evaluator } from "../../compute/evaluate.ts";
import { gradientsOf } from "../../compute/gradients.ts";
import type { GivenInputs } from "../../program/draft.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { JobGradientsRequest, PredictRequest } from "../run-requests.ts";
import { pointerTo, Problem } from "../../problems/problems.ts";
import { programMembers, type ProgramSource } from "../../program/source.ts";
import { settle } from "../../request/settle.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { givenOf } from "../data.ts";
import { splitFrame } from "../frame.ts";
import { decodeAssignment, type JobSpec } from "../assignment.ts";
import { applied, type FittedTransforms, isTyped } from "../transforms/fitted.ts";
import { decodeWeights } from "../weights.ts";

/** Where the files of a job lie that a request uses. */
interface Files {
  readonly submission: string;
  readonly weights: string;
}

/** A trained program, and the tensors that it is run with unless the request gives others. */
interface Trained {
  readonly spec: JobSpec;
  readonly given: GivenInputs;
  readonly fits: Readonly<Record<string, FittedTransforms>>;
}

/** POST /v1/jobs/{id}/predict and …/gradients: programs with the weights of a job. The frame's header is `{"submission": path, "weights": path}`. */
export function trainedTasks(context: Context): Readonly<Record<"predict" | "jobGradients", Handler>> {
  const { limits } = context;
  const evaluate = evaluator(context);
  const differentiate = gradientsOf(context);
  const known = new Cache<Trained>(context.cacheBytes);

  const opened = (frame: string | Uint8Array): { trained: Trained; rest: string | Uint8Array } => {
    const { header, rest } = splitFrame(frame);
    const files = header as Files;
    const key = `${files.submission} ${files.weights}`;
    let trained = known.get(key);
    if (trained === undefined) {
      const read = readTrained(files);
      known.set(key, (trained = read.trained), read.bytes);
    }
    return { trained, rest };
  };

  return {
    predict: (body, { cancelled }) => {
      const { trained, rest } = opened(body);
      const request = readRequest(PredictRequest, rest, limits);
      const given = decodeGiven(request.inputs, ["inputs"], limits);
      const own = request.transform ? transformed(given, trained) : given;
      const program = inUse(trained.spec.program, own.tensors.has("target"));
      return placed(own, () => evaluate({ ...request, seed: trained.spec.seed }, program, merged([trained.given, own]), cancelled));
    },
    jobGradients: (body, { cancelled }) => {
      const { trained, rest } = opened(body);
      const request = readRequest(JobGradientsRequest, rest, limits);
      const own = decodeGiven(request.inputs, ["inputs"], limits);
      const hasTarget = own.tensors.has("target") || (request.points ?? []).some((point) => "target" in point);
      const program = inUse(trained.spec.program, hasTarget);
      return placed(own, () => differentiate({ ...request, seed: trained.spec.seed }, program, merged([trained.given, own]), cancelled));
    },
  };
}

const ofTheJob = new RegExp(`^/(${[...Object.keys(programMembers), "parameters", "weights"].join("|")})(/|$)`);

/** The program and the weights stand nowhere in the request: whatever of them the inputs do not fit, the fault lies with the inputs. */
function placed<T>({ tensors }: GivenInputs, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const names = [...tensors.keys()];
    const pointer = names.length === 1 ? pointerTo("inputs", names[0]) : "/inputs";
    const errors = error.errors.map((place) => (ofTheJob.test(place.pointer) ? { ...place, pointer } : place));
    throw new Problem(error.code, error.detail, errors, error.retryAfter);
  }
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

function readTrained({ submission, weights }: Files): { trained: Trained; bytes: number } {
  const file = readFileSync(submission);
  const { spec, given } = decodeAssignment(file);
  const bytes = readFileSync(weights);
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
