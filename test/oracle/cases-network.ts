import { tensorOf } from "../../src/tensor/tensor.ts";
import type { Random } from "../support/random.ts";
import { floats, type Oracle, type OracleTable, some } from "./cases.ts";

type Attributes = Record<string, unknown>;

const autoPads = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"] as const;

/** One to three spatial axes, large enough for the windows below. */
const spatial = (random: Random): number[] => random.shape([1, 3], [5, 8]);

/** The oracle has no dilated windows under SAME padding: it refuses them, or pads for the kernel without its holes. */
const undilated = ({ auto_pad, dilations, ...others }: Attributes): Attributes => ({
  ...others,
  ...(auto_pad === undefined ? {} : { auto_pad }),
  ...(dilations === undefined || String(auto_pad).startsWith("SAME") ? {} : { dilations }),
});

/** Windows of spatial axes: kernel sizes, strides, dilations and paddings, each told or not. */
function windows(random: Random, rank: number, kernels: readonly [number, number], at: number): { kernel: number[]; placed: Attributes } {
  const each = (low: number, high: number): number[] => Array.from({ length: rank }, () => random.integer(low, high));
  const kernel = each(...kernels);
  const auto_pad = autoPads[at % autoPads.length];
  const pads = [...kernel, ...kernel].map((size) => random.integer(0, size - 1));
  const placed = some(random, { strides: each(1, 3), dilations: each(1, 2) });
  if (auto_pad !== "NOTSET") return { kernel, placed: undilated({ ...placed, auto_pad }) };
  return { kernel, placed: { ...placed, ...some(random, { pads }), ...some(random, { auto_pad }) } };
}

const conv: Oracle = {
  elements: ["float32"],
  cases: 60,
  make: (random, element, at) => {
    const sizes = spatial(random);
    const { kernel, placed } = windows(random, sizes.length, [1, 3], at);
    const group = random.integer(1, 3);
    const [into, out] = [random.integer(1, 2), group * random.integer(1, 2)];
    return {
      inputs: [
        random.tensor(element, [random.integer(1, 2), into * group, ...sizes]),
        random.tensor(element, [out, into, ...kernel]),
        random.chance() ? random.tensor(element, [out]) : null,
      ],
      attributes: { ...placed, ...(group === 1 ? some(random, { group }) : { group }), ...some(random, { kernel_shape: kernel }) },
    };
  },
};

const convTranspose: Oracle = {
  elements: ["float32"],
  cases: 60,
  make: (random, element, at) => {
    const sizes = random.shape([1, 3], [2, 4]);
    const { kernel, placed } = windows(random, sizes.length, [2, 3], at);
    const group = random.integer(1, 3);
    const [into, out] = [group * random.integer(1, 2), random.integer(1, 2)];
    const attributes = undilated({
      ...placed,
      ...(group === 1 ? some(random, { group }) : { group }),
      ...some(random, { kernel_shape: kernel }),
    });
    const strides = (attributes.strides as number[] | undefined) ?? sizes.map(() => 1);
    if (attributes.auto_pad === undefined && random.chance())
      attributes.output_padding = strides.map((stride) => random.integer(0, stride - 1));
    else if (attributes.auto_pad !== "VALID" && random.chance(0.4))
      attributes.output_shape = sizes.map((size, axis) => size * strides[axis]);
    if (attributes.output_shape !== undefined) delete attributes.pads;
    return {
      inputs: [
        random.tensor(element, [random.integer(1, 2), into, ...sizes]),
        random.tensor(element, [into, out, ...kernel]),
        random.chance() ? random.tensor(element, [out * group]) : null,
      ],
      attributes,
    };
  },
};

const pooled = (random: Random, element: (typeof floats)[number], at: number, more: (attributes: Attributes) => Attributes) => {
  const sizes = spatial(random);
  const { kernel, placed } = windows(random, sizes.length, [2, 3], at);
  const x = random.tensor(element, [random.integer(1, 2), random.integer(1, 2), ...sizes]);
  return { inputs: [x], attributes: { ...more(placed), kernel_shape: kernel } };
};

const globalPool: Oracle = {
  elements: ["float32"],
  make: (random, element) => ({ inputs: [random.tensor(element, [random.integer(1, 3), random.integer(1, 3), ...spatial(random)])] }),
};

/** Sums of squares in float32. */
const normalised = { relative: 1e-5, absolute: 5e-6 };
const epsilon = (random: Random): number => random.pick([1e-5, 0.015625, 0.5]);

export const networks: OracleTable = {
  AveragePool: {
    elements: ["float32"],
    cases: 60,
    make: (random, element, at) =>
      pooled(random, element, at, (placed) => ({
        ...placed,
        ...some(random, { ceil_mode: random.pick([0, 1]), count_include_pad: random.pick([0, 1]) }),
      })),
  },
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
  Conv: conv,
  ConvTranspose: convTranspose,
  // The oracle draws other random numbers, so that only inference can be compared.
  Dropout: {
    elements: floats,
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
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
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
  MaxPool: {
    elements: floats,
    cases: 60,
    make: (random, element, at) => ({
      ...pooled(random, element, at, (placed) => ({
        ...placed,
        ...some(random, { ceil_mode: random.pick([0, 1]), storage_order: random.pick([0, 1]) }),
      })),
      outputs: random.pick([1, 2]),
    }),
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
