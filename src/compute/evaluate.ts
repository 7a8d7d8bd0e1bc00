import type { GivenInputs } from "../program/draft.ts";
import { feedsOf, givenIn } from "../program/feeds.ts";
import { programOf, type ProgramSource } from "../program/source.ts";
import { type Runnable, runnable } from "../run/run.ts";
import { defineTask, json, noParameters, type Shared } from "../tasks/define.ts";
import { Outline, putAll } from "../tasks/outline.ts";
import { Preparations, type Prepared } from "../tasks/preparations.ts";
import type { Findings } from "../tasks/result.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { crossingWarnings } from "./crossing-warnings.ts";
import { EvaluateRequest } from "./requests.ts";
import { EvaluateResponse } from "./responses.ts";

/** POST /v1/evaluate: forward only. */
export const evaluate = defineTask({
  name: "evaluate",
  parameters: noParameters,
  body: json(EvaluateRequest),
  operation: {
    operationId: "evaluate",
    tag: "compute",
    summary: "Run a program forward",
    description: "Answers with the outputs, and with the value of every node when `return` asks for `nodes`.",
    request: "A program and its inputs",
    answer: { description: "The values", schema: EvaluateResponse },
    examples: async () => (await import("./examples.ts")).evaluateExamples,
    post: { path: "/v1/evaluate", parameters: () => ({}) },
    command: { summary: "run a program forward", parameters: {} },
  },
  prepare: (shared) => {
    const { limits } = shared;
    const evaluator = evaluatorOf(shared);
    return (request, { cancelled }) => {
      const given = givenIn(request, limits);
      const findings = evaluator(request, programOf(request), given, cancelled);
      return { content: { kind: "findings", findings, encoding: request.encoding }, facts: null };
    };
  },
});

interface PreparedEvaluation extends Prepared {
  readonly runnable: Runnable;
  readonly outline: Outline;
}

/** What is asked of a program's values, wherever the program comes from. */
export type EvaluateQuestion = Pick<EvaluateRequest, "return" | "encoding" | "seed"> & { readonly outputs?: readonly string[] | undefined };

/** What a program came to, with its outputs by name; null for one that was not asked for. */
export interface Evaluated extends Findings {
  readonly outputOf: (name: string) => Tensor | null;
}

/** Runs programs forward, and keeps what it has prepared for the next time. */
export function evaluatorOf(shared: Shared) {
  const { limits, compiler } = shared;
  const preparations = new Preparations<PreparedEvaluation>(shared);

  return (question: EvaluateQuestion, source: ProgramSource, given: GivenInputs, cancelled: () => boolean): Evaluated => {
    const { seed, outputs, encoding } = question;
    const prepared = preparations.get(source, JSON.stringify([question.return, seed, outputs]), given, () => {
      const program = compiler.compile(source, given, { seed, outputs });
      const outline = new Outline((put) => ({
        ...(question.return.includes("outputs") && { outputs: putAll(program.outputs, put) }),
        ...(question.return.includes("nodes") && {
          nodes: program.values.map(({ name, value }) => ({ name, op: value.node?.op, value: put(value) })),
        }),
      }));
      const ready = runnable(program, outline.values, limits);
      return { program, outline, runnable: ready, outside: ready.outside };
    });
    const { program, outline, runnable: ready } = prepared;
    outline.requireShort(encoding, 1, limits);
    const { wanted, nonfinite } = ready.run({ feeds: feedsOf(program, given), given, cancelled });
    const outputOf = (name: string): Tensor | null => {
      const output = program.outputs.find((each) => each.name === name);
      return output === undefined ? null : (wanted[outline.values.indexOf(output.value)] ?? null);
    };
    return { outline, outputOf, tensors: wanted, further: { ...(nonfinite !== null && { nonfinite }), ...crossingWarnings(program) } };
  };
}
