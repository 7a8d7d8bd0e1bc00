import type { Answer } from "../../src/tasks/context.ts";
import { Compiler } from "../../src/program/compiler.ts";

import { Registry } from "../../src/program/registry.ts";
import { gradeTasks } from "../../src/grading/grade/task.ts";
import type { Language } from "../../src/grading/messages.ts";
import { probeTask } from "../../src/grading/probe/task.ts";
import { GradeResponse, type Verdict } from "../../src/grading/grade/response.ts";
import { defaultLimits, type Limits } from "../../src/request/limits.ts";
import { ProbeResponse } from "../../src/grading/probe/response.ts";

function tasksWithin(limits: Partial<Limits>) {
  const all = { ...defaultLimits, ...limits };
  // No test here registers a graph, so the folder is never made.
  const context = { limits: all, cacheBytes: 2 ** 26, compiler: new Compiler(new Registry("unused"), all) };
  return { grade: gradeTasks(context), probe: probeTask(context) };
}

const tasks = tasksWithin({});
const context = { cancelled: () => false };

/** What /v1/grade answers, on this thread. Throws Problem. */
export function gradeAnswer(request: object, language: Language = "en", limits?: Partial<Limits>): Answer {
  const { grade } = limits === undefined ? tasks : tasksWithin(limits);
  return grade[`grade.${language}`](JSON.stringify(request), context);
}

/** The verdict on one submission. Every answer fits the contract. */
export function grade(request: object, language?: Language): Verdict {
  const answer = GradeResponse.parse(JSON.parse(String(gradeAnswer(request, language).body)));
  return answer as Verdict;
}

/** What /v1/probe answers. */
export function probe(request: object): ProbeResponse {
  return ProbeResponse.parse(JSON.parse(String(tasks.probe(JSON.stringify(request), context).body)));
}
