import { cast } from "../../ops/arithmetic/cast.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { Pow } from "../../ops/arithmetic/pow.ts";
import { madeWith } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** n xⁿ in place of n xⁿ⁻¹. */
export const powerNotLowered = defineMistake({
  name: "power_not_lowered",
  cost: 1,
  sentences: {
    en: ({ name }) => `The exponent of ${name} is not lowered: the derivative of xⁿ is n·xⁿ⁻¹, and here it is n·xⁿ.`,
    zh: ({ name }) => `${name} 求导时指数没有减一：xⁿ 的导数是 n·xⁿ⁻¹，这里却是 n·xⁿ。`,
  },
  ways: madeWith({ operator: Pow, gradients: ({ inputs: [, n], outputs: [y], grads: [g] }) => [mul(g, mul(cast(n, y.dtype), y)), null] }),
});
