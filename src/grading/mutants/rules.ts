import type { BackwardPass, Change } from "../backward.ts";
import type { MistakeName } from "../mistake-names.ts";
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
 * step of a sequence or in every layer. Alike are the same mistakes at the same operator, or at the same value.
 */
export function mutantsOfRules(rules: readonly WrongRule[], backward: BackwardPass, places: Places): Mutant[] {
  const byOperator = Map.groupBy(rules, ({ mistake, step, input }) => `${mistake} ${step.op.type} ${input}`);
  const single = rules.map((rule) => mutantOf([rule], backward, places));
  const shared = Map.groupBy(
    rules.filter(({ input }) => input !== null),
    ({ step, input }) => step.inputs[input ?? 0],
  );
  const byValue = [...shared.values()].flatMap((group) => [...Map.groupBy(group, ({ mistake }) => mistake).values()]);
  const together = [...byOperator.values(), ...byValue].filter((group) => new Set(group.map(({ step }) => step)).size > 1);
  return [...single, ...together.map((group) => mutantOf(group, backward, places))];
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
