import * as term from "../../src/formula/term.ts";
import type { Random } from "../support/random.ts";

/** A formula of x, y and z with so many levels at most, as a careless client or a chain rule would write it. */
export function randomTerm(random: Random, levels: number): term.Term {
  const part = (): term.Term => randomTerm(random, levels - 1);
  const pick = <T>(all: readonly T[]): T => all[random.integer(0, all.length - 1)];
  if (levels === 0 || random.chance(0.15)) {
    const leaves = [...["x", "y", "z"].map(term.symbol), term.pi, term.euler];
    return random.chance(0.4) ? term.number(pick([0, 1, -1, 2, -2, 3, 0.5, 0.1, -0.25, 10, 1 / 3])) : pick(leaves);
  }
  return pick<() => term.Term>([
    () => term.sum(part(), part()),
    () => term.sum(part(), part(), part()),
    () => term.difference(part(), part()),
    () => term.product(part(), part()),
    () => term.product(part(), part(), part()),
    () => term.negative(part()),
    () => term.quotient(part(), part()),
    () => term.power(part(), pick([-2, -1, 0, 1, 2, 3, 0.5])),
    () => term.power(part(), part()),
    () => term.exponential(part()),
    () => term.call(pick(["ln", "sqrt", "sin", "cos", "tanh", "σ", "abs"]), part()),
    () => term.elementwise(part(), part()),
    () => term.cases(part(), term.relation(part(), pick(["<", "≥"]), part()), part()),
    () => {
      const shared = part();
      return term.sum(shared, term.product(shared, shared));
    },
  ])();
}
