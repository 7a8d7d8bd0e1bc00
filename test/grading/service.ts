import { grade as gradeTask } from "../../src/grading/grade/task.ts";
import type { Language } from "../../src/grading/messages.ts";
import { probe as probeTask } from "../../src/grading/probe/task.ts";
import { GradeResponse, type Verdict } from "../../src/grading/grade/response.ts";
import type { Limits } from "../../src/request/limits.ts";
import { ProbeResponse } from "../../src/grading/probe/response.ts";
import type { Answer } from "../../src/tasks/perform.ts";
import { performed, sharedWithin } from "../support/tasks.ts";

const shared = sharedWithin({}, 2 ** 26);
const tasks = { grade: performed(gradeTask, shared), probe: performed(probeTask, shared) };

/** What /v1/grade answers, on this thread. Throws Problem. */
export function gradeAnswer(request: object, language: Language = "en", limits?: Partial<Limits>): Answer {
  const grading = limits === undefined ? tasks.grade : performed(gradeTask, sharedWithin(limits));
  return grading(request, { language });
}

/** The verdict on one submission. Every answer fits the contract. */
export function grade(request: object, language?: Language): Verdict {
  const answer = GradeResponse.parse(JSON.parse(String(gradeAnswer(request, language).body)));
  return answer as Verdict;
}

/** What /v1/probe answers. */
export function probe(request: object): ProbeResponse {
  return ProbeResponse.parse(JSON.parse(String(tasks.probe(request, {}).body)));
}
