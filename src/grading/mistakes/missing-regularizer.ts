import { filled } from "../../ops/shape/expand.ts";
import { isNone } from "../diagnosis/factors.ts";
import { without } from "../mutants/contributions.ts";
import type { Consequence, Ground } from "../mutants/ground.ts";
import { penaltiesOf } from "../mutants/penalties.ts";
import { defineMistake, type Mutation } from "./define.ts";
import { missingFanoutSum } from "./missing-fanout-sum.ts";

/** A penalty is left out, of the gradients or of the objective as well, at one parameter or at all of them. */
export const missingRegularizer = defineMistake({
  name: "missing_regularizer",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The gradient of the regularization term is missing for ${name}. Add the derivative of the penalty to the gradient of the data loss.`,
    zh: ({ name }) => `${name} 的梯度中缺少正则化项的梯度。请在数据损失的梯度上加上惩罚项的导数。`,
  },
  isFactor: (k, { isPenalty }) => isNone(k) && isPenalty,
  ways: { topic: "penalties", overall: penaltiesLeftOut },
});

function penaltiesLeftOut(ground: Ground): Mutation[] {
  const { tape, backward } = ground;
  if (backward === null) return [];
  const contribution = { hasOthers: true, isPenalty: true, summed: [], constant: null, isSingle: false };
  const penalties = penaltiesOf(ground);
  const groups = [...penalties.map((penalty) => [penalty]), ...(penalties.length > 1 ? [penalties] : [])];
  return groups.flatMap((group): Mutation[] => {
    const name = group.map(({ parameter, edges }) => ground.nameOf(parameter) ?? edges[0].step.owner.name).join(", ");
    const edges = group.flatMap((penalty) => penalty.edges);
    const inGradients: Mutation = { ...without(edges, ground, { name, family: "part", contribution }), places: group.length };
    const nothing = new Map(group.flatMap(({ terms }) => [...terms].map((term) => [term, filled(0, term)] as const)));
    const consequence = (): Consequence => {
      const { tape: other } = tape.rebuilt(nothing);
      return { tape: other, backward: backward.over(other) };
    };
    return [
      { ...inGradients, mistake: missingFanoutSum },
      { ...inGradients, family: "fixed", consequence },
    ];
  });
}
