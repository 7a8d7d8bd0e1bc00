import { partial, product, symbol, type Term } from "../../formula/term.ts";
import { GradeRequest } from "../../grading/grade/request.ts";
import type { GradedItem, Verdict } from "../../grading/grade/response.ts";
import { judgeFor } from "../../grading/grade/task.ts";
import type { Language } from "../../grading/language.ts";
import type { Shared } from "../../tasks/define.ts";
import type { Narration } from "./narration.ts";
import { jsonText } from "./numbers.ts";
import { joined, type Prose, say } from "./prose.ts";
import type { ExplainRequest } from "./request.ts";
import type { ToldStep, ToldSubmission } from "./told.ts";

/** Judges the submission of a request as /v1/grade does. */
export function submissionJudge(shared: Shared) {
  const judge = judgeFor(shared);
  return (request: ExplainRequest, language: Language, cancelled: () => boolean): Verdict | null => {
    if (request.submission === undefined) return null;
    const { wrt: _, format: __, digits: ___, steps: ____, ...task } = request;
    return judge(GradeRequest.parse(task), language, cancelled)[0];
  };
}

/** A verdict beside the steps that tell what is right. */
export function tellSubmission(
  { passed, items, first_wrong, diagnosis }: Verdict,
  steps: readonly ToldStep[],
  narration: Narration,
): ToldSubmission {
  const { voice, telling } = narration;
  const byId = new Map(steps.map((step) => [step.id, step]));
  const first = items.find(({ step, kind, name, to, input }) => {
    if (first_wrong === null) return false;
    return (
      step === first_wrong.step &&
      kind === first_wrong.kind &&
      name === first_wrong.name &&
      to === first_wrong.to &&
      input === first_wrong.input
    );
  });
  const claims = items.map((item) => {
    const step = item.step === undefined || !byId.has(item.step) ? null : item.step;
    const text = (json: unknown): string | null => (json === undefined ? null : jsonText(json, telling.digits));
    const told = voice.claim({
      what: subjectOf(item, narration),
      verdict: item.verdict,
      expected: text(item.expected),
      submitted: text(item.submitted),
      message: item.message ?? null,
    });
    const right = item === first && step !== null ? byId.get(step)?.sentence : undefined;
    return { item, step, sentence: right === undefined ? told : joined([told, voice.insteadOf(right)], voice.between) };
  });
  const sentence = voice.submission({
    right: items.filter((item) => item.passed).length,
    total: items.length,
    firstWrong: first === undefined ? null : subjectOf(first, narration),
    diagnosis: diagnosis[0]?.message ?? null,
  });
  return { passed, items: claims, firstWrong: first_wrong?.step ?? null, sentence };
}

/** What a claim is about; a value that goes by another name in formulas is called by its own, too. null: nothing of the program. */
function subjectOf({ kind, name, from, to }: GradedItem, { course, symbols }: Narration): Prose | null {
  const named = (each: string): Term => symbol(symbols.nameOf(each));
  const own = (each: string): string => (symbols.nameOf(each) === each ? "" : ` (${each})`);
  if (kind === "edge" && to !== undefined) {
    const upstream = partial(course.top, named(to));
    return say`${typeof from === "string" ? product(upstream, partial(named(to), named(from))) : upstream}${own(to)}`;
  }
  if (name === undefined) return null;
  return say`${kind === "gradient" ? partial(course.top, named(name)) : named(name)}${own(name)}`;
}
