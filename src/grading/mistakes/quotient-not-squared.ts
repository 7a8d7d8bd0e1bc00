import { div, Div } from "../../ops/arithmetic/div.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { neg } from "../../ops/arithmetic/neg.ts";
import { madeWith } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** -a / b in place of -a / b², or -1 / b². */
export const quotientNotSquared = defineMistake({
  name: "quotient_not_squared",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The quotient rule at ${name} is incomplete: the derivative of a/b by b is −a/b². Here a is missing, or b is not squared.`,
    zh: ({ name }) => `${name} 处的除法求导不完整：a/b 对 b 的导数是 −a/b²。这里漏了 a，或 b 没有平方。`,
  },
  ways: madeWith(
    { operator: Div, gradients: ({ outputs: [y], grads: [g] }) => [null, neg(mul(g, y))] },
    { operator: Div, gradients: ({ inputs: [, b], grads: [g] }) => [null, neg(div(g, mul(b, b)))] },
  ),
});
