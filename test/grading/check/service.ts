import { check as task } from "../../../src/grading/check/task.ts";
import { CheckResponse } from "../../../src/grading/check/response.ts";
import type { Limits } from "../../../src/request/limits.ts";
import { performed, sharedWithin } from "../../support/tasks.ts";

/** The task behind /v1/check. */
export const taskWithin = (limits: Partial<Limits>) => performed(task, sharedWithin(limits));

/** What /v1/check answers, on this thread. Every answer fits the contract. Throws Problem. */
export function check(request: unknown, limits: Partial<Limits> = {}): CheckResponse {
  const { status, body } = taskWithin(limits)(request, {});
  if (status !== 200) throw new Error(`status ${status}`);
  return CheckResponse.parse(JSON.parse(String(body)));
}

/** The entries of one gradient by a method that compares entries. */
export function entriesOf(answer: CheckResponse, name: string, method: "central_difference" | "complex_step" = "central_difference") {
  const gradient = answer[method]?.gradients?.[name];
  if (gradient === undefined) throw new Error(`nothing of ${name} was compared by ${method}`);
  return gradient;
}
