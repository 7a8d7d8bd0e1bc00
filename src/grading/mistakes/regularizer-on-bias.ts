import { sameShape } from "../../tensor/shape.ts";
import { along, explains, fit, isGradient, isNothing, residualOf, wrongness } from "../diagnosis/observation.ts";
import { defineMistake, type Finding, type Sight } from "./define.ts";

/** The right answer plus a multiple of a parameter that is not penalised, as a penalty on it would give. */
export const regularizerOnBias = defineMistake({
  name: "regularizer_on_bias",
  cost: 2,
  sentences: {
    en: ({ name, factor }) =>
      `The gradient of ${name} contains ${factor} · ${name}, as from a penalty, but this program does not penalize ${name}. Leave the regularization term out there.`,
    zh: ({ name, factor }) => `${name} 的梯度中含有 ${factor} · ${name}，像是正则化项，但本程序并不惩罚 ${name}。请去掉这一项。`,
  },
  seen: ownMultiple,
});

function ownMultiple({ observation, penalised }: Sight): Finding | null {
  const { own, submitted, expected, noise, item } = observation;
  if (!isGradient(observation) || !sameShape(submitted.shape, expected.shape)) return null;
  if (own === null || penalised.size === 0 || penalised.has(item.subject) || own.data.length < 2 || isNothing(own, noise)) return null;
  const direction = (at: number): number => own.data[at];
  const k = fit(observation, expected.data, direction);
  if (k === null || Math.abs(k) < 1e-9) return null;
  const residual = residualOf(observation, along(expected, k, direction, expected));
  return explains(residual, wrongness(observation)) ? { residual, factor: k } : null;
}
