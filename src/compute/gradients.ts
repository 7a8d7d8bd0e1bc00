import { type Answer, type Handler, type Context, readRequest } from "../tasks/context.ts";
import type { GivenInputs } from "../program/draft.ts";
import type { Program } from "../program/program.ts";
import { programOf, type ProgramSource } from "../program/source.ts";
import { GradientsRequest } from "./requests.ts";
import type { GradientsResponse } from "./responses.ts";
import { decodeTensor } from "../request/tensor.ts";
import { type AnswerTemplate, answerText, Wanted, type Write, writeAll } from "../tasks/answer.ts";
import { type Derivatives, differentiate } from "../run/differentiate.ts";
import { Cancelled } from "../run/executable.ts";
import { decodeGiven, feedsOf, merged, settleCotangent } from "../program/feeds.ts";
import { Preparations, type Prepared } from "../tasks/preparations.ts";
import { type Runnable, runnable } from "../run/run.ts";

interface PreparedGradients extends Prepared {
  readonly derivatives: Derivatives;
  readonly runnable: Runnable;
  readonly wanted: Wanted;
  readonly template: AnswerTemplate;
}

/** What is asked of a program's gradients, wherever the program comes from. */
export type GradientsQuestion = Pick<GradientsRequest, "return" | "encoding" | "seed" | "of" | "wrt" | "cotangent" | "points">;

/** POST /v1/gradients: forward and backward at one point or many. */
export function gradientsTask(context: Context): Handler {
  const { limits } = context;
  const differentiator = gradientsOf(context);
  return (body, { cancelled }) => {
    const request = readRequest(GradientsRequest, body, limits);
    const given = merged([decodeGiven(request.inputs, ["inputs"], limits), decodeGiven(request.parameters ?? {}, ["parameters"], limits)]);
    return differentiator(request, programOf(request), given, cancelled);
  };
}

/** Runs programs forward and backward, and keeps what it has prepared for the next time. */
export function gradientsOf({ limits, compiler, cacheBytes }: Context) {
  const preparations = new Preparations<PreparedGradients>(limits, cacheBytes);

  const prepare = (request: GradientsQuestion, source: ProgramSource, given: GivenInputs): PreparedGradients => {
    const program = compiler.compile(source, given, { seed: request.seed });
    const asksOutputs = request.return.includes("outputs");
    const derivatives = differentiate(program, {
      of: request.of,
      wrt: request.wrt,
      parts: request.return,
      cotangent: request.cotangent !== undefined,
    });
    const { gradients, nodes, edges } = derivatives;
    const wanted = new Wanted([
      ...(asksOutputs ? program.outputs : []).map(({ value }) => value),
      ...gradients.map(({ value }) => value),
      ...nodes.flatMap(({ value, gradient }) => [value, gradient]),
      ...edges.flatMap(({ value, local, gradient }) => [value, local, gradient]),
    ]);
    const ready = runnable(program, derivatives, wanted.values, limits);
    const template = wanted.template((write) => resultOf(request, program, derivatives, write));
    return { program, derivatives, wanted, template, runnable: ready, size: ready.size + template.size };
  };

  return (request: GradientsQuestion, source: ProgramSource, shared: GivenInputs, cancelled: () => boolean): Answer => {
    const question = JSON.stringify([request.of, request.wrt, request.return, request.cotangent !== undefined, request.seed]);
    const cotangent = request.cotangent === undefined ? null : decodeTensor(request.cotangent, "/cotangent", limits);

    const at = (own: readonly GivenInputs[]): string => {
      if (cancelled()) throw new Cancelled();
      const given = merged([shared, ...own]);
      const { program, derivatives, wanted, template, runnable } = preparations.get(source, question, given, () =>
        prepare(request, source, given),
      );
      wanted.requireShort(request.encoding, request.points?.length ?? 1, limits);
      const feeds = feedsOf(program, given);
      if (cotangent !== null) feeds.push(settleCotangent(cotangent, derivatives.objective));
      const { wanted: results, nonfinite } = runnable.run(feeds, cancelled, given);
      return template.write(results, request.encoding, nonfinite === null ? {} : { nonfinite });
    };

    const { points } = request;
    if (points === undefined) return answerText(() => at([]), limits);
    const everywhere = points.map((point, index) => at([decodeGiven(point, ["points", index], limits)]));
    return answerText(() => `{"points":[${everywhere.join()}]}`, limits);
  };
}

function resultOf(request: GradientsQuestion, program: Program, derivatives: Derivatives, write: Write): GradientsResponse {
  const { gradients, nodes, edges } = derivatives;
  const result: GradientsResponse = {};
  for (const part of request.return) {
    if (part === "outputs") result.outputs = writeAll(program.outputs, write);
    else if (part === "gradients") result.gradients = writeAll(gradients, write);
    else if (part === "nodes") {
      result.nodes = nodes.map(({ name, op, value, gradient }) => ({ name, op, value: write(value), gradient: write(gradient) }));
    } else {
      result.edges = edges.map(({ from, to, input, value, local, gradient }) => ({
        from,
        to,
        input,
        value: write(value),
        ...(local === null ? {} : { local: write(local) }),
        gradient: write(gradient),
      }));
    }
  }
  return result;
}
