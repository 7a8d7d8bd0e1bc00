import { Mul } from "../../ops/arithmetic/mul.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { madeWith } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** The derivative of a product by one operand is the other, which is left out. */
export const missingFactor = defineMistake({
  name: "missing_factor",
  cost: 1.2,
  sentences: {
    en: ({ name }) => `Behind the product ${name} the other factor is left out: the derivative of a·b by a is b. Multiply by it.`,
    zh: ({ name }) => `乘积 ${name} 处漏乘了另一个因子：a·b 对 a 的导数是 b。请乘上它。`,
  },
  // Of single numbers nearly any is some product of others.
  ways: madeWith({ operator: Mul, gradients: ({ grads: [g] }) => [g, g], isMade: ({ shape }) => sizeOf(shape) > 1 }),
});
