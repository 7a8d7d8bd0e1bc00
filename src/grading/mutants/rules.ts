import { unbroadcast } from "../../autodiff/reverse.ts";
import type { Value } from "../../ir/graph.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Mistake, Mutant, WrongRule } from "../mistakes/define.ts";
import type { Ground } from "./ground.ts";

/** A wrong rule by the mistake that it comes from. */
type MadeRule = WrongRule & { readonly mistake: Mistake };

/**
 * A mutant for each wrong rule, and one for those that are likely to be made alike: a person writes one line for what recurs at every
 * step of a sequence or in every layer. Alike are the same mistakes at the same operator, or at the same value.
 */
export function mutantsOfRules(rules: readonly MadeRule[], ground: Ground): Mutant[] {
  const byOperator = Map.groupBy(rules, ({ mistake, step, input }) => `${mistake.name} ${step.op.type} ${input}`);
  const single = rules.map((rule) => mutantOf([rule], ground));
  const shared = Map.groupBy(
    rules.filter(({ input }) => input !== null),
    ({ step, input }) => step.inputs[input ?? 0],
  );
  const byValue = [...shared.values()].flatMap((group) => [...Map.groupBy(group, ({ mistake }) => mistake).values()]);
  const together = [...byOperator.values(), ...byValue].filter((group) => new Set(group.map(({ step }) => step)).size > 1);
  return [...single, ...together.map((group) => mutantOf(group, ground))];
}

function mutantOf(rules: readonly MadeRule[], ground: Ground): Mutant {
  const last = rules[rules.length - 1];
  const changes = new Map(rules.map(({ step, change }) => [step, change]));
  return {
    mistake: last.mistake,
    name: last.name ?? last.step.owner.name,
    edges: rules.flatMap(({ step, input }) => (input === null ? [] : ground.edges([{ step, input }]))),
    place: ground.placeOf(last.step),
    places: rules.length,
    family: "fixed",
    consequence: () => ground.amended(changes),
  };
}

/** A gradient in the shape of the operand that it is taken for; null where it does not fit. */
export function fitted(gradient: Value | null, operand: Value | null): Value | null {
  if (gradient === null || operand === null || gradient.dtype !== operand.dtype) return null;
  if (sameShape(gradient.shape, operand.shape)) return gradient;
  const lead = gradient.shape.length - operand.shape.length;
  const spread = lead >= 0 && operand.shape.every((size, axis) => size === 1 || size === gradient.shape[axis + lead]);
  return spread ? unbroadcast(gradient, operand.shape) : null;
}
