import { near } from "../diagnosis/factors.ts";
import { defineMistake } from "./define.ts";

/** A minus that was lost or doubled. */
export const wrongSign = defineMistake({
  name: "wrong_sign",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The gradient has the wrong sign from ${name} on. Check the order of a subtraction, or a minus that was lost or doubled.`,
    zh: ({ name }) => `从 ${name} 起梯度符号相反。请检查减法的次序，或是否漏写、多写了负号。`,
  },
  isFactor: (k) => near(k, -1),
  seen: ({ multiple }) => (multiple !== null && isOpposite(multiple.k) ? { residual: multiple.residual, factor: -1 } : null),
});

/** Whether k times a number is its opposite. */
export const isOpposite = (k: number): boolean => Math.abs(k + 1) < 2e-3;
