import type { Answer } from "../../engine/pool-protocol.ts";
import type { GradeFormat } from "../../wire/grade-request.ts";
import type { Verdict } from "../../wire/grade-response.ts";

export function formatted(_format: Exclude<GradeFormat, "json">, _verdicts: readonly Verdict[]): Answer {
  throw new Error("not yet");
}
