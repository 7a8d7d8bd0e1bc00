import type { Program } from "../program/program.ts";
import type { Value } from "../ir/graph.ts";

/** Where a NaN or an infinity first appeared: in a node that had only finite numbers to work on. */
export interface Nonfinite {
  readonly node: string;
  readonly pass: "forward" | "backward";
}

/** Tells whether a value was found to hold a NaN or an infinity. */
export type IsBad = (value: Value | null) => boolean;

/** What to watch while a program runs, and who is to blame for what is found. */
export interface Watch {
  readonly values: readonly Value[];
  readonly culprit: (isBad: IsBad) => Nonfinite | null;
}

/** Watches every named value of a program. */
export const watchForward = (program: Program): Watch => ({
  values: program.values.map(({ value }) => value),
  culprit: (isBad) => {
    const own = program.nodes.find(({ node }) => node.outputs.some(isBad) && !node.inputs.some(isBad));
    return own === undefined ? null : { node: own.name, pass: "forward" };
  },
});

/** Watches nothing: what is wrong is known already. */
export const watchNothing: Watch = { values: [], culprit: () => null };

/** Watches what both watch; the first is blamed first. */
export const watchBoth = (first: Watch, second: Watch): Watch => ({
  values: [...first.values, ...second.values],
  culprit: (isBad) => first.culprit(isBad) ?? second.culprit(isBad),
});

/** Reads the findings of a run: `nonfinite` has one flag per watched value. */
export function culpritOf({ values, culprit }: Watch, nonfinite: Uint8Array): Nonfinite | null {
  if (!nonfinite.includes(1)) return null;
  const found = new Set(values.filter((_, at) => nonfinite[at] === 1));
  return culprit((value) => value !== null && found.has(value));
}
