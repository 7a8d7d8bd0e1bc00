import type { GivenInputs } from "../program/draft.ts";
import { atPoint } from "../program/points.ts";
import { decodeGiven, feedsOf, givenIn, merged, settleCotangent } from "../program/feeds.ts";
import type { Program } from "../program/program.ts";
import { programOf, type ProgramSource } from "../program/source.ts";
import { decodeTensor } from "../request/tensor.ts";
import { Cancelled } from "../run/executable.ts";
import { type Runnable, runnable } from "../run/run.ts";
import { defineTask, json, noParameters, type Shared } from "../tasks/define.ts";
import { Outline, type Put, putAll } from "../tasks/outline.ts";
import { Preparations, type Prepared } from "../tasks/preparations.ts";
import type { TaskContent, Findings } from "../tasks/result.ts";
import { besideOf, type Derivatives, differentiate, type Part } from "./differentiate.ts";
import { GradientsRequest } from "./requests.ts";
import { GradientsResponse } from "./responses.ts";
import { crossingWarnings } from "./crossing-warnings.ts";

/** POST /v1/gradients: forward and backward at one point or many. */
export const gradients = defineTask({
  name: "gradients",
  parameters: noParameters,
  body: json(GradientsRequest),
  operation: {
    operationId: "gradients",
    tag: "compute",
    summary: "Run a program forward and backward",
    description:
      "Answers with the outputs, the gradients with respect to the inputs, the value and gradient of every node, and the gradient " +
      "that travels on every edge. The gradient of an edge is taken before the sum at a fan-out; that of a value is the sum over its edges.",
    request: "A program, its inputs, and what to differentiate",
    answer: { description: "Values and gradients", schema: GradientsResponse },
    examples: async () => (await import("./examples.ts")).gradientsExamples,
    post: { path: "/v1/gradients", parameters: () => ({}) },
    command: { summary: "run a program forward and backward", parameters: {} },
  },
  prepare: (shared) => {
    const { limits } = shared;
    const differentiator = differentiatorOf(shared);
    return (request, { cancelled }) => {
      const given = givenIn(request, limits);
      return { content: differentiator(request, programOf(request), given, cancelled), facts: null };
    };
  },
});

interface PreparedGradients extends Prepared {
  readonly derivatives: Derivatives;
  readonly runnable: Runnable;
  readonly outline: Outline;
}

/** What is asked of a program's gradients, wherever the program comes from. */
export type GradientsQuestion = Pick<GradientsRequest, "return" | "encoding" | "seed" | "of" | "wrt" | "cotangent" | "points">;

/** Runs programs forward and backward, and keeps what it has prepared for the next time. */
export function differentiatorOf(thread: Shared) {
  const { limits, compiler } = thread;
  const preparations = new Preparations<PreparedGradients>(thread);

  const prepare = (question: GradientsQuestion, source: ProgramSource, given: GivenInputs): PreparedGradients => {
    const program = compiler.compile(source, given, { seed: question.seed });
    const derivatives = differentiate(program, {
      of: question.of,
      wrt: question.wrt,
      parts: question.return,
      cotangent: question.cotangent !== undefined,
    });
    const outline = new Outline((put) => layoutOf(question.return, program, derivatives, put));
    const ready = runnable(program, outline.values, limits, besideOf(derivatives));
    return { program, derivatives, outline, runnable: ready, outside: ready.outside };
  };

  return (question: GradientsQuestion, source: ProgramSource, shared: GivenInputs, cancelled: () => boolean): TaskContent => {
    const { of, wrt, return: parts, seed, encoding, points } = question;
    const key = JSON.stringify([of, wrt, parts, question.cotangent !== undefined, seed]);
    const cotangent = question.cotangent === undefined ? null : decodeTensor(question.cotangent, "/cotangent", limits);

    const at = (own: readonly GivenInputs[]): Findings => {
      if (cancelled()) throw new Cancelled();
      const given = merged([shared, ...own]);
      const prepared = preparations.get(source, key, given, () => prepare(question, source, given));
      const { program, derivatives, outline, runnable: ready } = prepared;
      outline.requireShort(encoding, points?.length ?? 1, limits);
      const feeds = feedsOf(program, given);
      if (cotangent !== null) feeds.push(settleCotangent(cotangent, derivatives.objective));
      const { wanted, nonfinite } = ready.run({ feeds, given, cancelled });
      return { outline, tensors: wanted, further: { ...(nonfinite !== null && { nonfinite }), ...crossingWarnings(program) } };
    };

    if (points === undefined) return { kind: "findings", findings: at([]), encoding };
    const everywhere = points.values().map((point, index) => atPoint(index, () => at([decodeGiven(point, ["points", index], limits)])));
    return { kind: "points", points: everywhere, encoding };
  };
}

function layoutOf(parts: readonly Part[], program: Program, { gradients, independent, nodes, edges }: Derivatives, put: Put): object {
  const layout: Partial<Record<Part | "independent", object>> = {};
  for (const part of parts) {
    if (part === "outputs") layout.outputs = putAll(program.outputs, put);
    else if (part === "gradients") {
      layout.gradients = putAll(gradients, put);
      if (independent.length > 0) layout.independent = independent;
    } else if (part === "nodes") {
      layout.nodes = nodes.map(({ name, op, value, gradient }) => ({ name, op, value: put(value), gradient: put(gradient) }));
    } else {
      layout.edges = edges.map(({ from, to, input, value, local, gradient }) => ({
        from,
        to,
        input,
        value: put(value),
        ...(local === null ? {} : { local: put(local) }),
        gradient: put(gradient),
      }));
    }
  }
  return layout;
}
