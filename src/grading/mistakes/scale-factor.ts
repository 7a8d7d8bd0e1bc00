import { isNone } from "../diagnosis/factors.ts";
import { isOpposite } from "./wrong-sign.ts";
import { defineMistake } from "./define.ts";

/** A constant that was forgotten or applied twice: what any other factor is called that has no better name. */
export const scaleFactor = defineMistake({
  name: "scale_factor",
  cost: 3,
  sentences: {
    en: ({ name, factor, counted, ofValues }) =>
      factor === ""
        ? `Nothing of the gradient at ${name} is there: it is zero, as if it were never passed on. Add what flows back.`
        : `${ofValues ? name : `The gradient at ${name}`} is ${factor} times what it should be${counted}. Look for a constant that was forgotten or applied twice.`,
    zh: ({ name, factor, counted, ofValues }) =>
      factor === ""
        ? `${name} 处的梯度为零，像是从未传回。请加上传回来的部分。`
        : `${ofValues ? name : `${name} 处的梯度`}是正确值的 ${factor} 倍${counted}。请检查是否漏乘（除）或重复乘（除）了某个常数。`,
  },
  perFactor: true,
  seen: ({ multiple }) =>
    multiple !== null && !isOpposite(multiple.k) && !isNone(multiple.k) ? { residual: multiple.residual, factor: multiple.k } : null,
});
