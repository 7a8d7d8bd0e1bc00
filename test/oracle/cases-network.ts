import { tensorOf } from "../../src/tensor/tensor.ts";
import type { Random } from "../support/random.ts";
import { floats, type Oracle, type OracleTable, some } from "./cases.ts";

/** Sums of squares in float32. */
const normalised = { relative: 1e-5, absolute: 5e-6 };
const epsilon = (random: Random): number => random.pick([1e-5, 0.015625, 0.5]);

export const networks: OracleTable = {
  BatchNormalization: {
    elements: floats,
    tolerance: normalised,
    elsewhere: { relative: 1e-6, absolute: 1e-6 },
    make: (random, element) => {
      const channels = random.integer(1, 3);
      const shape = [random.integer(2, 4), channels, ...random.shape([0, 3], [1, 4])];
      const perChannel = (between: readonly [number, number] = [-2, 2]) => random.tensor(element, [channels], between);
      const training = random.chance();
      return {
        inputs: [random.tensor(element, shape), perChannel(), perChannel(), perChannel(), perChannel([0.25, 2])],
        attributes: {
          ...some(random, { epsilon: epsilon(random), momentum: random.integer(0, 8) / 8 }),
          ...(training ? { training_mode: 1 } : some(random, { training_mode: 0 })),
        },
        outputs: training ? 3 : 1,
      };
    },
  },
  // The oracle draws other random numbers, so that only inference can be compared.
  Dropout: {
    elements: floats,
    unknown: ["draw"],
    make: (random, element) => ({
      inputs: [
        random.tensor(element, random.shape()),
        random.chance(0.3) ? null : tensorOf(random.pick(floats), [], [random.pick([0, 0.25, 0.5])]),
        random.chance(0.5) ? null : tensorOf("bool", [], [0]),
      ],
      attributes: some(random, { seed: random.integer(0, 9) }),
      outputs: random.pick([1, 2]),
    }),
  },
  GroupNormalization: {
    elements: floats,
    fixed: ["stash_type"],
    tolerance: normalised,
    elsewhere: { relative: 1e-6, absolute: 1e-6 },
    make: (random, element) => {
      const num_groups = random.integer(1, 3);
      const channels = num_groups * random.integer(1, 3);
      const shape = [random.integer(1, 3), channels, ...random.shape([1, 3], [1, 4])];
      return {
        inputs: [random.tensor(element, shape), random.tensor(element, [channels]), random.tensor(element, [channels])],
        attributes: { num_groups, ...some(random, { epsilon: epsilon(random), stash_type: 1 }) },
      };
    },
  },
  InstanceNormalization: {
    elements: ["float32"],
    tolerance: normalised,
    make: (random, element) => {
      const channels = random.integer(1, 3);
      const shape = [random.integer(1, 3), channels, ...random.shape([1, 3], [2, 4])];
      return {
        inputs: [random.tensor(element, shape), random.tensor(element, [channels]), random.tensor(element, [channels])],
        attributes: some(random, { epsilon: epsilon(random) }),
      };
    },
  },
  LayerNormalization: {
    elements: floats,
    fixed: ["stash_type"],
    tolerance: normalised,
    elsewhere: { relative: 1e-6, absolute: 1e-6 },
    make: (random, element) => {
      const shape = random.shape([1, 4], [1, 4]);
      const axis = random.integer(-shape.length, shape.length - 1);
      const told = some(random, { axis, epsilon: epsilon(random), stash_type: 1 });
      const normal = shape.slice("axis" in told ? axis : -1);
      return {
        inputs: [random.tensor(element, shape), random.tensor(element, normal), random.chance() ? random.tensor(element, normal) : null],
        attributes: told,
        outputs: random.integer(1, element === "float32" ? 3 : 1),
      };
    },
  },
};

const loss = (scores: readonly [number, number], outputs: number, weightInput: boolean): Oracle => ({
  elements: floats,
  cases: 40,
  make: (random, element) => {
    const classes = random.integer(1, 4);
    const outer = [random.integer(1, 4), ...random.shape([0, 2], [1, 3])];
    const [batch, ...others] = outer;
    const ignore = random.chance(0.4) ? random.pick([0, -1, 100]) : null;
    const labels = random.tensor(random.pick(["int64", "int32"] as const), outer, [0, classes - 1]);
    if (ignore !== null) for (let at = 1; at < labels.data.length; at++) if (random.chance(0.3)) labels.data[at] = ignore;
    // A mean over ignored labels alone is 0/0, to which both give their own answer: the first label always counts.
    if (ignore === labels.data[0]) labels.data[0] = (ignore + 1) % classes;
    return {
      inputs: [
        random.tensor(element, [batch, classes, ...others], scores),
        labels,
        weightInput && random.chance() ? random.tensor(element, [classes], [0.25, 2]) : null,
      ],
      attributes: {
        ...(ignore === null ? {} : { ignore_index: ignore }),
        ...some(random, { reduction: random.pick(["none", "mean", "sum"]) }),
      },
      outputs: random.integer(1, outputs),
    };
  },
});

export const losses: OracleTable = {
  NegativeLogLikelihoodLoss: loss([-4, 0], 1, true),
  SoftmaxCrossEntropyLoss: loss([-4, 4], 2, true),
};
