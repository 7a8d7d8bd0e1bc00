import { ownersIn } from "../program/owner.ts";
import type { Program } from "../program/program.ts";
import { Problem } from "../problems/problems.ts";
import { type RunResult, StepError } from "../run/executable.ts";
import { refusalOf } from "../run/refusal.ts";
import type { Session } from "../run/session.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Places in a batch are none of the client's own: what is refused is told by the node that refuses it. */
const unplaced = { tensors: new Map(), pointers: new Map() };

/** Runs a program on rows. Numbers that an operator refuses, such as an index out of range, are a Problem as in a request. */
export function runRows(session: Session, program: Program, feeds: readonly (Tensor | null)[], cancelled: () => boolean): RunResult {
  try {
    return session.run(feeds, cancelled);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const { code, detail, errors } = refusalOf(error, ownersIn(program), program, unplaced);
    throw new Problem(code, `In one batch of rows: ${detail}`, errors);
  }
}
