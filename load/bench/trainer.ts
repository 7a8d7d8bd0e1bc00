import type { Contender } from "./measure.ts";

/** A training step of one engine, repeated. */
export interface Trainer {
  readonly name: string;
  /** Takes so many steps. The losses are those before each of them; where there are many, the last ones are enough. */
  readonly train: (steps: number) => Promise<{ readonly losses: readonly number[]; readonly milliseconds: number }>;
}

/** A trainer of this process: `step` returns the loss; `prepare` comes before the clock starts. */
export const trainer = (name: string, step: () => number | Promise<number>, prepare: () => void = () => {}): Trainer => ({
  name,
  train: async (steps) => {
    prepare();
    const losses: number[] = [];
    const start = performance.now();
    for (let at = 0; at < steps; at++) {
      const loss = step();
      losses.push(typeof loss === "number" ? loss : await loss);
    }
    return { losses, milliseconds: performance.now() - start };
  },
});

export const asContender = ({ name, train }: Trainer): Contender => ({ name, run: async (steps) => (await train(steps)).milliseconds });

/** Takes the first steps with every trainer and throws where one does not compute what the first one does. A NaN agrees with nothing. */
export async function requireAgreement(trainers: readonly Trainer[], steps: number, tolerance: number): Promise<void> {
  const [reference, ...others] = trainers;
  const { losses: expected } = await reference.train(steps);
  for (const { name, train } of others) {
    const { losses } = await train(steps);
    expected.forEach((loss, step) => {
      const agrees = Math.abs(losses[step] - loss) <= tolerance * Math.abs(loss);
      if (!agrees) throw new Error(`The loss of ${name} before step ${step} is ${losses[step]}, and that of ${reference.name} is ${loss}`);
    });
  }
  if (!(expected[steps - 1] < expected[0])) throw new Error(`${reference.name} does not learn: ${expected.join(", ")}`);
}
