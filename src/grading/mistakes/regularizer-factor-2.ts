import { near } from "../diagnosis/factors.ts";
import { defineMistake } from "./define.ts";

/** A penalty is differentiated with a 2 too many or too few. */
export const regularizerFactor2 = defineMistake({
  name: "regularizer_factor_2",
  cost: 1,
  sentences: {
    en: ({ name, factor }) =>
      `The regularization term in the gradient of ${name} is ${factor} times what it should be. The derivative of λ w² is 2 λ w, that of ½ λ w² is λ w.`,
    zh: ({ name, factor }) => `${name} 的梯度中正则化项是正确值的 ${factor} 倍。λw² 的导数是 2λw，½λw² 的导数是 λw。`,
  },
  isFactor: (k, { isPenalty }) => isPenalty && (near(k, 2) || near(k, 0.5)),
});
