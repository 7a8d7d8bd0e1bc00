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

export const windowed: OracleTable = {
  AveragePool: {
    elements: ["float32"],
    cases: 60,
    make: (random, element, at) =>
      pooled(random, element, at, (placed) => ({
        ...placed,
        ...some(random, { ceil_mode: random.pick([0, 1]), count_include_pad: random.pick([0, 1]) }),
      })),
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
  Conv: conv,
  ConvTranspose: convTranspose,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
};
