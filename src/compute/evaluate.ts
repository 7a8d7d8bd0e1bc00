import { type Answer, type Handler, type Context, readRequest } from "../tasks/context.ts";
import type { GivenInputs } from "../program/draft.ts";
import { programOf, type ProgramSource } from "../program/source.ts";
import { EvaluateRequest } from "./requests.ts";
import type { EvaluateResponse } from "./responses.ts";
import { type AnswerTemplate, answerText, Wanted, writeAll } from "../tasks/answer.ts";
import { decodeGiven, feedsOf, merged } from "../program/feeds.ts";
import { Preparations, type Prepared } from "../tasks/preparations.ts";
import { type Runnable, runnable } from "../run/run.ts";

interface PreparedEvaluation extends Prepared {
  readonly runnable: Runnable;
  readonly wanted: Wanted;
  readonly template: AnswerTemplate;
}

/** What is asked of a program's values, wherever the program comes from. */
export type EvaluateQuestion = Pick<EvaluateRequest, "return" | "encoding" | "seed"> & { readonly outputs?: readonly string[] | undefined };

/** POST /v1/evaluate: forward only. */
export function evaluateTask(context: Context): Handler {
  const { limits } = context;
  const evaluate = evaluator(context);
  return (body, { cancelled }) => {
    const request = readRequest(EvaluateRequest, body, limits);
    const given = merged([decodeGiven(request.inputs, ["inputs"], limits), decodeGiven(request.parameters ?? {}, ["parameters"], limits)]);
    return evaluate(request, programOf(request), given, cancelled);
  };
}

/** Runs programs forward, and keeps what it has prepared for the next time. */
export function evaluator({ limits, compiler, cacheBytes }: Context) {
  const preparations = new Preparations<PreparedEvaluation>(limits, cacheBytes);

  return (request: EvaluateQuestion, source: ProgramSource, given: GivenInputs, cancelled: () => boolean): Answer => {
    const { seed, outputs } = request;
    const asksNodes = request.return.includes("nodes");
    const prepared = preparations.get(source, JSON.stringify([request.return, seed, outputs]), given, () => {
      const program = compiler.compile(source, given, { seed, outputs });
      const wanted = new Wanted([...program.outputs, ...(asksNodes ? program.values : [])].map(({ value }) => value));
      const ready = runnable(program, null, wanted.values, limits);
      const template = wanted.template((write) => {
        const result: EvaluateResponse = {};
        if (request.return.includes("outputs")) result.outputs = writeAll(program.outputs, write);
        if (asksNodes) result.nodes = program.values.map(({ name, value }) => ({ name, op: value.node?.op, value: write(value) }));
        return result;
      });
      return { program, wanted, template, runnable: ready, size: ready.size + template.size };
    });
    const { program, wanted, template, runnable: ready } = prepared;
    wanted.requireShort(request.encoding, 1, limits);
    const { wanted: results, nonfinite } = ready.run(feedsOf(program, given), cancelled, given);
    return answerText(() => template.write(results, request.encoding, nonfinite === null ? {} : { nonfinite }), limits);
  };
}
