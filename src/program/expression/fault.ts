import { locate } from "../../request/position.ts";
import type { ProblemCode } from "../../problems/catalogue.ts";
import { Problem } from "../../problems/problems.ts";

/** The place of a formula in the request. */
export const expressionPointer = "/expression";

/** The place of an offset in words: "line 1, column 5". */
export function placeIn(text: string, at: number): string {
  const { line, column } = locate(text, at);
  return `line ${line}, column ${column}`;
}

/** A problem of a formula at an offset of its text. */
export function faultIn(
  text: string,
  at: number,
  sentence: string,
  suggestion?: string,
  code: ProblemCode = "invalid_expression",
): Problem {
  const detail = prefixAt(text, at) + sentence;
  return new Problem(code, detail, [{ pointer: expressionPointer, detail, suggestion }]);
}

/** What sentences about an offset begin with. */
export function prefixAt(text: string, at: number): string {
  const place = placeIn(text, at);
  return `${place.charAt(0).toUpperCase()}${place.slice(1)}: `;
}
