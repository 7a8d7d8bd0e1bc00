import type { BackwardPass, Change } from "../backward.ts";
import type { MistakeName } from "../mistakes.ts";
import type { Step } from "../tape.ts";
import type { Mutant, Places } from "./mutant.ts";

/** A step whose gradients are pulled back in a wrong way. */
export interface WrongRule {
  readonly mistake: MistakeName;
  readonly step: Step;
  /** The input whose gradient goes wrong; null where several do. */
  readonly input: number | null;
  readonly change: Change;
  /** What is spoiled, where it is not the step itself that one would name. */
  readonly name?: string | undefined;
}

/**
 * A mutant for each wrong rule, and one for those that are likely to be made alike: a person writes one line for what recurs at every
 * step of a sequence or in every layer. Alike are the same mistakes at the same operator.
 */
export function mutantsOfRules(rules: readonly WrongRule[], backward: BackwardPass, places: Places): Mutant[] {
  const single = rules.map((rule) => mutantOf([rule], backward, places));
  const alike = Map.groupBy(rules, ({ mistake, step, input }) => `${mistake} ${step.op.type} ${input}`);
  const together = [...alike.values()].filter((group) => group.length > 1).map((group) => mutantOf(group, backward, places));
  return [...single, ...together];
}

function mutantOf(rules: readonly WrongRule[], backward: BackwardPass, places: Places): Mutant {
  const last = rules[rules.length - 1];
  const changes = new Map(rules.map(({ step, change }) => [step, change]));
  const edges = rules.flatMap(({ step, input }) => (input === null ? [] : places.edges([{ step, input }])));
  return {
    mistake: last.mistake,
    name: last.name ?? last.step.owner.name,
    edges,
    place: places.of(last.step),
    places: rules.length,
    family: "fixed",
    outcome: () => ({ tape: backward.tape, backward: backward.amended({ changes }) }),
  };
}
