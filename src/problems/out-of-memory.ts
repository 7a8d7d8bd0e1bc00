import { OutOfMemoryBudget } from "../memory/account.ts";
import { Problem, problem } from "./problems.ts";

/** Seconds after which memory that is taken now may be free. */
const retryAfter = 1;

/** What a client is told where memory could not be had: 413 with the numbers where there never is so much, else to come back. */
export function memoryProblem({ bytes, total, isForEver }: OutOfMemoryBudget): Problem {
  const needed = `The request needs about ${Math.ceil(bytes)} bytes of memory`;
  if (isForEver) return problem("memory_limit", `${needed}, and at most ${total} are there for one`);
  return new Problem("overloaded", `${needed}, which are not free now`, [], retryAfter);
}

/** An error as it is told: a refusal of memory as its problem, anything else as it is. */
export const memoryTold = (error: unknown): unknown => (error instanceof OutOfMemoryBudget ? memoryProblem(error) : error);
