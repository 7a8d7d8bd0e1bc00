import { isWhole } from "../diagnosis/factors.ts";
import { explains, isGradient, itemName, type Observation, residualOf, wrongness } from "../diagnosis/observation.ts";
import { defineMistake, type FindingAcross } from "./define.ts";

/** More backward passes than this do not go by unseen. */
const mostPasses = 100;

/** Gradients that are not set back to zero: at later points they hold those of the points before as well. */
export const accumulatedGradient = defineMistake({
  name: "accumulated_gradient",
  cost: 2,
  sentences: {
    en: ({ name, factor, counted }) =>
      `The gradient of ${name} was accumulated${factor && ` ${factor} times${counted}`}. Set gradients back to zero before each backward pass.`,
    zh: ({ name, factor, counted }) => `${name} 的梯度被累加了${factor && ` ${factor} 次${counted}`}。请在每次反向传播之前把梯度清零。`,
  },
  perFactor: true,
  // What was never set back to zero is so for all parameters at once.
  costForAll: 1.5,
  seen: ({ observation, multiple }) => {
    if (multiple === null || !isWhole(multiple.k) || multiple.k > mostPasses || observation.own === null || !isGradient(observation))
      return null;
    return { residual: multiple.residual, factor: Math.round(multiple.k), cost: 3.2 };
  },
  seenAcross: accumulations,
});

function accumulations(observations: readonly Observation[]): FindingAcross[] {
  const byItem = Map.groupBy(
    [...observations.entries()].filter(([, observation]) => isGradient(observation) && observation.own !== null),
    ([, { place }]) => place,
  );
  return [...byItem.values()].flatMap((entries): FindingAcross[] => {
    const explained = new Set<number>();
    let residual = 0;
    let total: Float64Array | null = null;
    for (const [index, observation] of entries.toSorted(([, a], [, b]) => a.point - b.point)) {
      const { expected, passed } = observation;
      const before: Float64Array | null = total;
      total = Float64Array.from(expected.data, (x, at) => x + (before?.[at] ?? 0));
      if (passed || before === null) continue;
      const left = residualOf(observation, { shape: expected.shape, data: total });
      if (!explains(left, wrongness(observation))) continue;
      explained.add(index);
      residual = Math.max(residual, left);
    }
    const [[, first]] = entries;
    return explained.size === 0 ? [] : [{ name: itemName(first), explained, residual, cost: 1 }];
  });
}
