import { check as checkTask } from "../../src/grading/check/task.ts";
import { CheckResponse } from "../../src/grading/check/response.ts";
import { grade as gradeTask } from "../../src/grading/grade/task.ts";
import { GradeResponse, type Verdict } from "../../src/grading/grade/response.ts";
import type { Language } from "../../src/grading/language.ts";
import { probe as probeTask } from "../../src/grading/probe/task.ts";
import { ProbeResponse } from "../../src/grading/probe/response.ts";
import type { Limits } from "../../src/request/limits.ts";
import type { Answer } from "../../src/tasks/perform.ts";
import { performed, sharedWithin } from "../support/tasks.ts";

// What grading's tasks answer on this thread. They throw Problem; every other answer fits the contract.

const shared = sharedWithin({}, 2 ** 26);
const tasks = { grade: performed(gradeTask, shared), probe: performed(probeTask, shared) };

const read = ({ body }: Answer): unknown => JSON.parse(String(body));

/** What /v1/grade answers, in whatever format. */
export function gradeAnswer(request: object | string, language: Language = "en", limits?: Partial<Limits>): Answer {
  const grading = limits === undefined ? tasks.grade : performed(gradeTask, sharedWithin(limits));
  return grading(request, { language });
}

/** The verdict on one submission. */
export const grade = (request: object | string, language?: Language): Verdict =>
  GradeResponse.parse(read(gradeAnswer(request, language))) as Verdict;

/** What /v1/probe answers. */
export const probe = (request: object): ProbeResponse => ProbeResponse.parse(read(tasks.probe(request, {})));

/** What /v1/check answers. */
export const check = (request: unknown, limits: Partial<Limits> = {}): CheckResponse =>
  CheckResponse.parse(read(performed(checkTask, sharedWithin(limits))(request, {})));

/** The entries of one gradient by a method that compares entries. */
export function entriesOf(answer: CheckResponse, name: string, method: "central_difference" | "complex_step" = "central_difference") {
  const gradient = answer[method]?.gradients?.[name];
  if (gradient === undefined) throw new Error(`nothing of ${name} was compared by ${method}`);
  return gradient;
}
