import { type RowSums, rowSumsOf, sumsIn } from "../program/row-sums.ts";
import { Problem } from "../problems/problems.ts";
import type { Value } from "../ir/graph.ts";
import type { Compiled, Mode } from "./compiled.ts";

/** How the loss of many rows follows from what parts of them give: by the sums over rows that the program itself makes of them. */
export interface LossParts {
  /** What of the program for some of the rows is added up. */
  readonly of: (compiled: Compiled) => readonly Value[];
  /** null: the loss is none of sums, and for want of better the mean of the parts' losses is taken, each as often as it has rows. */
  readonly sums: RowSums | null;
}

/**
 * The parts of a loss over so many rows of data; `smaller` are the programs for the parts. While a network is trained, what the rows of a
 * batch do to each other, as in batch normalisation, belongs to them.
 */
export function lossPartsOf(compile: (rows: number) => Compiled, rows: number, parts: readonly number[], mode: Mode): LossParts {
  const sums = exactParts(compile, rows, parts, mode);
  return sums ?? { of: ({ objective }) => [objective.value], sums: null };
}

function exactParts(compile: (rows: number) => Compiled, rows: number, parts: readonly number[], mode: Mode): LossParts | null {
  const whole = compiledOrNull(compile, rows);
  if (whole === null) return null;
  const data = whole.data.map(({ value }) => value);
  const sums = rowSumsOf(whole.objective.value, data, rows, { together: mode === "train" });
  if (sums === null) return null;
  const of = (compiled: Compiled): Value[] | null => {
    const inputs = whole.program.inputs.map(({ value }, at) => [value, compiled.program.inputs[at].value] as const);
    return sumsIn(sums, compiled.objective.value, [...inputs, [whole.step, compiled.step]]);
  };
  for (const size of parts) {
    const compiled = compiledOrNull(compile, size);
    if (compiled === null || of(compiled) === null) return null;
  }
  return { sums, of: (compiled) => of(compiled) ?? [] };
}

/** A program may be written for one size of batches alone. */
function compiledOrNull(compile: (rows: number) => Compiled, rows: number): Compiled | null {
  try {
    return compile(rows);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
