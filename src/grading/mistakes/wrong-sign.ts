import { near } from "../diagnosis/factors.ts";
import { defineMistake } from "./define.ts";

/** A minus that was lost or doubled. */
export const wrongSign = defineMistake({
  name: "wrong_sign",
  cost: 1,
  sentences: {
    en: ({ name, factor, counted, ofValues }) =>
      `${ofValues ? `${name} has the wrong sign` : `The gradient has the wrong sign from ${name} on`}. Check the order of a subtraction, or a minus that was lost or doubled.${
        isUnit(factor) ? "" : ` Besides, its size is ${factor.replace("-", "")} times what it should be${counted}.`
      }`,
    zh: ({ name, factor, counted, ofValues }) =>
      `${ofValues ? `${name} 的符号相反` : `从 ${name} 起梯度符号相反`}。请检查减法的次序，或是否漏写、多写了负号。${
        isUnit(factor) ? "" : `此外，其大小是正确值的 ${factor.replace("-", "")} 倍${counted}。`
      }`,
  },
  isFactor: (k) => near(k, -1),
  seen: ({ multiple }) => (multiple !== null && isOpposite(multiple.k) ? { residual: multiple.residual, factor: -1 } : null),
});

const isUnit = (factor: string): boolean => factor === "" || near(Math.abs(Number(factor)), 1);

/** Whether k times a number is its opposite. */
export const isOpposite = (k: number): boolean => Math.abs(k + 1) < 2e-3;
