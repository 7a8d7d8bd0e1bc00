import type { DType } from "../../src/tensor/dtype.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import type { Random } from "../support/random.ts";
import { all, axisOf, broadcastable, fill, int64, int64s, maybeEmpty, type OracleTable, some } from "./cases.ts";

export const shapes: OracleTable = {
  Concat: {
    elements: all,
    make: (random, element) => {
      const shape = maybeEmpty(random);
      const axis = axisOf(random, shape.length);
      const inputs = Array.from({ length: random.integer(1, 4) }, () => {
        const own = [...shape];
        own[axis < 0 ? axis + shape.length : axis] = random.integer(random.chance(0.1) ? 0 : 1, 3);
        return fill(element, own, random);
      });
      return { inputs, attributes: { axis } };
    },
  },
  Constant: {
    elements: all,
    make: (random, element, at) => {
      const tensor = fill(element, maybeEmpty(random, [0, 3]), random);
      const list = Array.from({ length: random.integer(1, 4) }, () => random.integer(-9, 9));
      return [
        {
          inputs: [],
          attributes: { value: { shape: tensor.shape, dtype: element, data: Array.from(tensor.data) } },
          encoded: { value: { t: tensor } },
        },
        { inputs: [], attributes: { value_int: list[0] } },
        { inputs: [], attributes: { value_ints: list } },
        { inputs: [], attributes: { value_float: list[0] / 8 } },
        { inputs: [], attributes: { value_floats: list.map((number) => number / 8) } },
      ][at % 5];
    },
  },
  ConstantOfShape: {
    elements: all,
    make: (random, element, at) => {
      const shape = int64s(maybeEmpty(random, [0, 4]));
      if (element === "float32" && at % 2 === 0) return { inputs: [shape] };
      const value = fill(element, [1], random);
      return {
        inputs: [shape],
        attributes: { value: { shape: [1], dtype: element, data: Array.from(value.data) } },
        encoded: { value: { t: value } },
      };
    },
  },
  Expand: {
    elements: all,
    make: (random, element) => {
      const [from, to] = broadcastable(random, 2);
      return { inputs: [fill(element, from, random), int64s(to)] };
    },
  },
  Flatten: {
    elements: all,
    make: (random, element) => {
      const shape = maybeEmpty(random, [0, 4]);
      // One past the last axis is allowed here. A scalar has only its front, and the default lies outside it.
      const attributes = { axis: random.integer(-shape.length, shape.length) };
      return { inputs: [fill(element, shape, random)], attributes: shape.length === 0 ? attributes : some(random, attributes) };
    },
  },
  Pad: {
    elements: all,
    make: (random, element, at) => {
      const mode = ["constant", "reflect", "edge", "wrap"][at % 4];
      const shape = random.shape([1, 4], [2, 4]);
      const named = random.chance(0.4) ? random.distinct(random.integer(1, shape.length), shape.length) : null;
      const padded = named ?? shape.map((_, axis) => axis);
      const ends = padded.map((axis) => random.integer(mode === "constant" ? -1 : 0, mode === "reflect" ? shape[axis] - 1 : 2));
      const starts = padded.map((axis) => random.integer(mode === "constant" ? -1 : 0, mode === "reflect" ? shape[axis] - 1 : 2));
      const value = mode === "constant" && random.chance() ? fill(element, [], random) : null;
      const axes = named === null ? null : int64s(named.map((axis) => (random.chance() ? axis : axis - shape.length)));
      return {
        inputs: [fill(element, shape, random), int64s([...starts, ...ends]), value, axes],
        attributes: mode === "constant" && random.chance() ? {} : { mode },
      };
    },
  },
  Range: {
    elements: ["float32", "float64", "int32", "int64"],
    make: (random, element) => {
      const step = random.integer(1, 3) * random.pick([1, -1]);
      const divisor = element.startsWith("float") ? 4 : 1;
      const start = random.integer(-8, 8);
      const limit = start + step * random.integer(-1, 6) + random.integer(0, 2);
      return { inputs: [start, limit, step].map((number) => tensorOf(element, [], [number / divisor])) };
    },
  },
  Reshape: {
    elements: all,
    make: (random, element) => {
      const allowzero = random.chance(0.3);
      const shape = random.shape([0, 4]);
      if (allowzero && random.chance()) return emptyReshape(random, element);
      const wanted = regrouped(random, shape);
      for (let axis = 0; axis < wanted.length; axis++)
        if (!allowzero && wanted[axis] === shape[axis] && random.chance(0.3)) wanted[axis] = 0;
      if (wanted.length > 0 && random.chance(0.4)) wanted[random.integer(0, wanted.length - 1)] = -1;
      return {
        inputs: [fill(element, shape, random), int64s(wanted)],
        attributes: allowzero ? { allowzero: 1 } : some(random, { allowzero: 0 }),
      };
    },
  },
  Shape: {
    elements: all,
    make: (random, element) => ({
      inputs: [fill(element, maybeEmpty(random, [0, 4]), random)],
      attributes: some(random, { start: random.integer(-5, 5), end: random.integer(-5, 5) }),
    }),
  },
  Size: { elements: all, make: (random, element) => ({ inputs: [fill(element, maybeEmpty(random, [0, 4]), random)] }) },
  Slice: {
    elements: all,
    make: (random, element) => {
      const shape = maybeEmpty(random);
      const axes = random.distinct(random.integer(1, shape.length), shape.length);
      const list = (draw: () => number): Tensor => int64s(axes.map(draw));
      const allAxes = random.chance(0.3);
      const named = allAxes ? null : int64s(axes.map((axis) => (random.chance() ? axis : axis - shape.length)));
      const steps = random.chance(0.3) ? null : list(() => random.pick([1, 1, 2, 3, -1, -2]));
      const far = random.chance(0.2) ? 2 ** 31 : 6;
      const starts = list(() => random.integer(-6, 6));
      const ends = list(() => random.pick([random.integer(-6, 6), far, -far]));
      return { inputs: [fill(element, shape, random), starts, ends, named, steps] };
    },
  },
  Split: {
    elements: all,
    make: (random, element) => {
      const shape = random.shape([1, 3], [1, 6]);
      const axis = axisOf(random, shape.length);
      const told = some(random, { axis });
      const size = shape.at("axis" in told ? axis : 0) ?? 1;
      if (random.chance()) {
        const outputs = random.integer(1, size);
        // The last part may be smaller, but none may be missing.
        const fits = Math.ceil(size / outputs) * (outputs - 1) < size;
        return {
          inputs: [fill(element, shape, random)],
          attributes: { ...told, num_outputs: fits ? outputs : 1 },
          outputs: fits ? outputs : 1,
        };
      }
      const sizes: number[] = [];
      for (let left = size; left > 0; left -= sizes.at(-1) ?? left) sizes.push(random.integer(random.chance(0.1) ? 0 : 1, left));
      return { inputs: [fill(element, shape, random), int64s(sizes)], attributes: told, outputs: sizes.length };
    },
  },
  Squeeze: {
    elements: all,
    make: (random, element) => {
      const shape = random.shape([0, 4], [1, 2]);
      const ones = shape.flatMap((size, axis) => (size === 1 ? [random.chance() ? axis : axis - shape.length] : []));
      const axes = random.chance(0.3) || ones.length === 0 ? null : int64s(random.shuffled(ones).slice(0, random.integer(1, ones.length)));
      return { inputs: [fill(element, shape, random), axes] };
    },
  },
  Tile: {
    elements: all,
    make: (random, element) => {
      const shape = maybeEmpty(random, [1, 4]);
      return { inputs: [fill(element, shape, random), int64s(shape.map(() => random.integer(random.chance(0.05) ? 0 : 1, 3)))] };
    },
  },
  Transpose: {
    elements: all,
    make: (random, element) => {
      const shape = maybeEmpty(random, [0, 4]);
      return { inputs: [fill(element, shape, random)], attributes: some(random, { perm: random.distinct(shape.length, shape.length) }) };
    },
  },
  Trilu: {
    elements: all,
    make: (random, element) => ({
      inputs: [fill(element, maybeEmpty(random, [2, 4]), random), random.chance(0.3) ? null : int64(random.integer(-5, 5))],
      attributes: some(random, { upper: random.pick([0, 1]) }),
    }),
  },
  Unsqueeze: {
    elements: all,
    make: (random, element) => {
      const shape = maybeEmpty(random, [0, 3]);
      const count = random.integer(1, 3);
      const rank = shape.length + count;
      const axes = random.distinct(count, rank).map((axis) => (random.chance() ? axis : axis - rank));
      return { inputs: [fill(element, shape, random), int64s(axes)] };
    },
  },
};

/** Another shape of the same size: prime factors dealt out again. */
function regrouped(random: Random, shape: readonly number[]): number[] {
  const factors = random.shuffled(shape.flatMap((size) => (size === 4 ? [2, 2] : size > 1 ? [size] : [])));
  const wanted = Array.from({ length: random.integer(factors.length > 0 ? 1 : 0, 4) }, () => 1);
  for (const factor of factors) wanted[random.integer(0, wanted.length - 1)] *= factor;
  return wanted;
}

const emptyReshape = (random: Random, element: DType) => ({
  inputs: [tensorOf(element, [3, 0, 2], []), int64s(random.shuffled([0, 5, 1]))],
  attributes: { allowzero: 1 },
});
