import type { Handler } from "../../../src/tasks/context.ts";
import { Compiler } from "../../../src/program/compiler.ts";
import { Registry } from "../../../src/program/registry.ts";

import { checkTask } from "../../../src/grading/check/task.ts";
import { CheckResponse } from "../../../src/grading/check/response.ts";
import { defaultLimits, type Limits } from "../../../src/request/limits.ts";

/** The task behind /v1/check. */
export function taskWithin(limits: Partial<Limits>): Handler {
  const all = { ...defaultLimits, ...limits };
  // No test here registers a graph, so the folder is never made.
  return checkTask({ limits: all, cacheBytes: 2 ** 24, compiler: new Compiler(new Registry("unused"), all) });
}

/** What /v1/check answers, on this thread. Every answer fits the contract. Throws Problem. */
export function check(request: unknown, limits: Partial<Limits> = {}): CheckResponse {
  const { status, body } = taskWithin(limits)(typeof request === "string" ? request : JSON.stringify(request), { cancelled: () => false });
  if (status !== 200) throw new Error(`status ${status}`);
  return CheckResponse.parse(JSON.parse(String(body)));
}

/** The entries of one gradient by a method that compares entries. */
export function entriesOf(answer: CheckResponse, name: string, method: "central_difference" | "complex_step" = "central_difference") {
  const gradient = answer[method]?.gradients?.[name];
  if (gradient === undefined) throw new Error(`nothing of ${name} was compared by ${method}`);
  return gradient;
}
