import type { DType } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import type { Random } from "../support/random.ts";
import { all, axisOf, fill, maybeEmpty, type OracleTable, some } from "./cases.ts";

const indicesOf = (random: Random, shape: readonly number[], size: number): Tensor => {
  const dtype = random.pick(["int64", "int32"] as const);
  return random.tensor(dtype, shape, [-size, size - 1]);
};

export const indexing: OracleTable = {
  Gather: {
    elements: all,
    make: (random, element) => {
      const shape = random.shape([1, 4]);
      const axis = axisOf(random, shape.length);
      const told = some(random, { axis });
      const size = shape.at("axis" in told ? axis : 0) ?? 1;
      return { inputs: [fill(element, shape, random), indicesOf(random, maybeEmpty(random, [0, 3]), size)], attributes: told };
    },
  },
  GatherElements: {
    elements: all,
    make: (random, element) => {
      const shape = random.shape([1, 4]);
      const axis = axisOf(random, shape.length);
      const told = some(random, { axis });
      const along = "axis" in told ? (axis + shape.length) % shape.length : 0;
      const indices = shape.map((size, at) => (at === along ? random.integer(1, 5) : random.integer(1, size)));
      return { inputs: [fill(element, shape, random), indicesOf(random, indices, shape[along])], attributes: told };
    },
  },
  GatherND: {
    elements: all,
    make: (random, element) => {
      const shape = random.shape([1, 4]);
      const batch = random.integer(0, shape.length - 1);
      const depth = random.integer(1, shape.length - batch);
      const outer = [...shape.slice(0, batch), ...random.shape([0, 2])];
      return {
        inputs: [fill(element, shape, random), tuples(random, outer, shape.slice(batch, batch + depth))],
        attributes: batch > 0 || random.chance() ? { batch_dims: batch } : {},
      };
    },
  },
  OneHot: {
    elements: ["float32", "int64", "int32"],
    make: (random, element) => {
      const shape = random.shape([1, 3]);
      const size = random.integer(1, 5);
      const [indices, depth] = random.pick(oneHotTypes[element] ?? [["int64", "int64"]]);
      return {
        inputs: [
          tensorOf(indices, shape, random.tensor("int64", shape, [-size - 2, size + 1]).data),
          tensorOf(depth, [], [size]),
          random.tensor(element, [2], [-3, 3]),
        ],
        attributes: some(random, { axis: random.integer(-shape.length - 1, shape.length) }),
      };
    },
  },
  ScatterElements: {
    elements: all,
    make: (random, element, at) => {
      const reduction = reductionAt(at, element);
      const shape = random.shape([1, 3]);
      const axis = axisOf(random, shape.length);
      const told = some(random, { axis });
      const along = "axis" in told ? (axis + shape.length) % shape.length : 0;
      // Without a reduction, two writes to one place would leave it open which wins.
      const sizes = shape.map((size, at) => random.integer(1, at === along && reduction !== "none" ? size + 2 : size));
      const indices = reduction === "none" ? distinctAlong(random, sizes, along, shape[along]) : indicesOf(random, sizes, shape[along]);
      return {
        inputs: [fill(element, shape, random), indices, fill(element, sizes, random)],
        attributes: { ...told, ...(reduction === "none" && random.chance() ? {} : { reduction }) },
      };
    },
  },
  ScatterND: {
    elements: all,
    make: (random, element, at) => {
      const reduction = reductionAt(at, element);
      const shape = random.shape([1, 4], [2, 4]);
      const depth = random.integer(1, shape.length);
      const count = random.integer(1, reduction === "none" ? shape[0] : 5);
      const indices = tuples(random, [count], shape.slice(0, depth));
      // Different first coordinates make different places.
      if (reduction === "none") random.distinct(count, shape[0]).forEach((first, row) => (indices.data[row * depth] = first));
      return {
        inputs: [fill(element, shape, random), indices, fill(element, [count, ...shape.slice(depth)], random)],
        attributes: reduction === "none" && random.chance() ? {} : { reduction },
      };
    },
  },
};

/** The types of indices and depth that the oracle has for a type of values. */
const oneHotTypes: Readonly<Record<string, readonly (readonly [DType, DType])[]>> = {
  float32: [
    ["float32", "float32"],
    ["int64", "float32"],
    ["int64", "int64"],
    ["int64", "int32"],
    ["int32", "float32"],
    ["int32", "int32"],
  ],
  int64: [
    ["int64", "int64"],
    ["float32", "int64"],
  ],
  int32: [["int64", "float32"]],
};

/** The oracle adds and multiplies bools but does not compare them. */
const reductionAt = (at: number, element: DType): string => ["none", "add", "mul", "max", "min"][at % (element === "bool" ? 3 : 5)];

/** Index tuples into the leading axes of sizes `sizes`: shape [...outer, sizes.length]. */
function tuples(random: Random, outer: readonly number[], sizes: readonly number[]): Tensor {
  const rows = Array.from({ length: sizeOf(outer) }, () => sizes.map((size) => random.integer(-size, size - 1)));
  return tensorOf("int64", [...outer, sizes.length], rows.flat());
}

/** Indices of shape `sizes` that never repeat along `axis`. */
function distinctAlong(random: Random, sizes: readonly number[], axis: number, limit: number): Tensor {
  const order = random.distinct(sizes[axis], limit).map((index) => (random.chance() ? index : index - limit));
  const inner = sizeOf(sizes.slice(axis + 1));
  const places = Array.from({ length: sizeOf(sizes) }, (_, at) => order[Math.floor(at / inner) % sizes[axis]]);
  return tensorOf("int64", sizes, places);
}
