import { isOpposite } from "./wrong-sign.ts";
import { defineMistake } from "./define.ts";

/** A constant that was forgotten or applied twice: what any other factor is called that has no better name. */
export const scaleFactor = defineMistake({
  name: "scale_factor",
  cost: 3,
  sentences: {
    en: ({ name, factor }) =>
      `The gradient at ${name} is ${factor} times what it should be. Look for a constant that was forgotten or applied twice.`,
    zh: ({ name, factor }) => `${name} 处的梯度是正确值的 ${factor} 倍。请检查是否漏乘（除）或重复乘（除）了某个常数。`,
  },
  perFactor: true,
  seen: ({ multiple }) => (multiple !== null && !isOpposite(multiple.k) ? { residual: multiple.residual, factor: multiple.k } : null),
});
