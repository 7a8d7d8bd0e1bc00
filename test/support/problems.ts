import { Problem } from "../../src/problems/problems.ts";

/** The problem that `work` throws; any other outcome fails the test. */
export function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("no problem was thrown");
}

/** What clients see first of a problem: its code, and where the first fault is. */
export function faultOf(work: () => unknown): { code: string; pointer: string | undefined; suggestion: string | undefined } {
  const { code, errors } = problemOf(work);
  return { code, pointer: errors[0]?.pointer, suggestion: errors[0]?.suggestion };
}
