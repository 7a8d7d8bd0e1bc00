import type { Program, ProgramInput } from "../program/program.ts";
import type { Value } from "../ir/graph.ts";

/** The program with more that is fed, after its own inputs. */
export function withInputs(program: Program, values: readonly Value[]): Program {
  const more = values.map((value): ProgramInput => ({ name: "", value, role: "input", initial: null }));
  return { ...program, inputs: [...program.inputs, ...more] };
}
