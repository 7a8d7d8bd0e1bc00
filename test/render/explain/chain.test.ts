import "../../../src/ops/catalogue.ts";
import { expect, test } from "vitest";
import { evaluated } from "../../../src/formula/evaluate.ts";
import type { Term } from "../../../src/formula/term.ts";
import { decodeGiven } from "../../../src/program/feeds.ts";
import { Chains } from "../../../src/render/explain/chain.ts";
import { courseOf } from "../../../src/render/explain/course.ts";
import { symbolsOf } from "../../../src/render/explain/symbols.ts";
import { portrayerOf } from "../../../src/render/portrait.ts";
import { Random } from "../../support/random.ts";
import { sharedWithin } from "../../support/tasks.ts";

const shared = sharedWithin();
const portray = portrayerOf(shared);
const names = ["a", "b", "c"];

/** A formula that has a value wherever its inputs are between 1/2 and 2. */
function formula(random: Random, depth: number): string {
  if (depth === 0) return random.chance(0.8) ? random.pick(names) : random.pick(["2", "0.5", "3"]);
  const next = (): string => formula(random, depth - 1);
  return random.pick([
    () => `(${next()} + ${next()})`,
    () => `(${next()} - ${next()})`,
    () => `(${next()} * ${next()})`,
    () => `(${next()} / (2 + ${next()}^2))`,
    () => `(${next()})^2`,
    () => `exp(-(${next()})^2)`,
    () => `sin(${next()})`,
    () => `tanh(${next()})`,
    () => `sigmoid(${next()})`,
    () => `log(1 + (${next()})^2)`,
    () => `sqrt(1 + (${next()})^2)`,
  ])();
}

test("the chain in local derivatives, and the formula in the inputs alone, are the gradient", () => {
  const random = new Random(12);
  let told = 0;
  for (let round = 0; round < 120; round++) {
    const expression = formula(random, 3);
    if (!names.some((name) => new RegExp(`\\b${name}\\b`).test(expression))) continue;
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(expression));
    const inputs = Object.fromEntries(used.map((name) => [name, random.uniform(0.5, 2)]));
    const given = decodeGiven(inputs, ["inputs"], shared.limits);
    const portrait = portray({ seed: 0, backward: true, locals: true }, { kind: "expression", source: expression }, given, () => false);
    const { objective } = portrait;
    if (objective === null) continue;
    const symbols = symbolsOf(portrait);
    const chains = new Chains(courseOf(portrait, objective, symbols.of(objective), false), symbols);
    const numbers = new Map(
      portrait.values.flatMap(({ name, tensor }) => (name === null ? [] : [[symbols.nameOf(name), tensor.data[0]] as const])),
    );
    const valueOf = (term: Term): number => evaluated(term, (name) => numbers.get(name) ?? Number.NaN);
    for (const value of portrait.wrt) {
      const chain = chains.of(value);
      const gradient = value.gradient?.data[0] ?? 0;
      if (chain === null) continue;
      const near = 1e-12 * Math.max(1, Math.abs(gradient)) * 10;
      if (chain.numbers !== null) expect(Math.abs(valueOf(chain.numbers) - gradient), expression).toBeLessThan(near);
      if (chain.ways !== null && chain.local !== null) expect(Math.abs(valueOf(chain.local) - gradient), expression).toBeLessThan(near);
      if (chain.closed === null) continue;
      told++;
      expect(Math.abs(valueOf(chain.closed) - gradient), expression).toBeLessThan(near);
    }
  }
  expect(told).toBeGreaterThan(60);
});
