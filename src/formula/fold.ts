import type { Term } from "./term.ts";

/**
 * Works a term up from its leaves: what `step` makes of a part and of what became of its operands. Each part is looked at once, however often
 * it occurs, and no depth is too great.
 */
export function fold<Result>(term: Term, step: (part: Term, operands: readonly Result[]) => Result): Result {
  const results = new Map<Term, Result>();
  const resultOf = (part: Term): Result => {
    const result = results.get(part);
    if (result === undefined) throw new Error("a part of a term is looked at before its operands");
    return result;
  };
  const open = [term];
  for (let part = open.at(-1); part !== undefined; part = open.at(-1)) {
    const missing = results.has(part) ? [] : part.operands.filter((operand) => !results.has(operand));
    if (missing.length > 0) {
      open.push(...missing.reverse());
      continue;
    }
    if (!results.has(part)) results.set(part, step(part, part.operands.map(resultOf)));
    open.pop();
  }
  return resultOf(term);
}

/** The same kind of term with other operands; the term itself where they are its own. */
export const withOperands = (term: Term, operands: readonly Term[]): Term =>
  operands.every((operand, at) => operand === term.operands[at]) ? term : { ...term, operands };
