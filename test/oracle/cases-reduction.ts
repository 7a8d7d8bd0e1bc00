import type { DType } from "../../src/tensor/dtype.ts";
import { all, axisOf, floats, int64, int64s, maybeEmpty, numbers, type Oracle, type OracleTable, some } from "./cases.ts";

/** A reduction over random axes, named or not. None is of nothing: the oracle then leaves axes in place. */
function reduction(facts: {
  readonly incomparable?: readonly DType[];
  readonly elements?: readonly DType[];
  readonly between?: readonly [number, number];
}): Oracle {
  const { elements = numbers, between = [-4, 4], incomparable } = facts;
  return {
    elements,
    incomparable,
    make: (random, element) => {
      const shape = random.shape([0, 4]);
      const named = random
        .distinct(random.integer(0, shape.length), shape.length)
        .map((axis) => (random.chance() ? axis : axis - shape.length));
      const axes = random.chance(0.25) ? null : int64s(named);
      // No axes, and a wish to take that as none: nothing is reduced, though the function of a single number still applies.
      const attributes = some(random, { keepdims: random.pick([0, 1]), noop_with_empty_axes: random.pick([0, 1]) });
      return { inputs: [random.tensor(element, shape, element === "bool" ? [0, 1] : between), axes], attributes };
    },
  };
}

function position(elements: readonly DType[]): Oracle {
  return {
    elements,
    make: (random, element, at) => {
      const shape = random.shape([1, 4]);
      const attributes = { axis: axisOf(random, shape.length), keepdims: random.pick([0, 1]), select_last_index: random.pick([0, 1]) };
      const x = random.tensor(element, shape, [-4, 4]);
      // Whole numbers of a small range, so that some tie.
      if (at % 2 === 0) for (let i = 0; i < x.data.length; i++) x.data[i] = random.integer(-1, 1);
      return { inputs: [x], attributes: some(random, attributes) };
    },
  };
}

export const reductions: OracleTable = {
  ArgMax: position(numbers),
  ArgMin: position(numbers),
  CumSum: {
    elements: numbers,
    make: (random, element) => {
      const shape = maybeEmpty(random, [1, 4]);
      const axis = int64(axisOf(random, shape.length));
      return {
        inputs: [random.tensor(element, shape, [-4, 4]), random.chance() ? axis : { ...axis, shape: [1] }],
        attributes: some(random, { exclusive: random.pick([0, 1]), reverse: random.pick([0, 1]) }),
      };
    },
  },
  ReduceL1: reduction({}),
  ReduceL2: reduction({}),
  // On integers, the oracle cuts off between the steps.
  ReduceLogSum: reduction({ elements: floats, between: [0.1, 4], incomparable: ["int32"] }),
  ReduceLogSumExp: reduction({ elements: floats, incomparable: ["int32", "int64"] }),
  ReduceMax: reduction({ elements: all }),
  ReduceMean: reduction({}),
  ReduceMin: reduction({ elements: all }),
  ReduceProd: reduction({ between: [-2, 2] }),
  ReduceSum: reduction({}),
  ReduceSumSquare: reduction({}),
  TopK: {
    elements: numbers,
    make: (random, element) => {
      const shape = random.shape([1, 4]);
      const axis = axisOf(random, shape.length);
      const sorted = random.chance(0.75);
      // Unsorted results stand in any order, which only a single one does not have.
      const k = sorted ? random.integer(0, shape.at(axis < 0 ? axis : axis - shape.length) ?? 0) : 1;
      const attributes = {
        ...some(random, { axis, largest: random.pick([0, 1]) }),
        ...(sorted ? some(random, { sorted: 1 }) : { sorted: 0 }),
      };
      const along = "axis" in attributes ? axis : -1;
      const most = shape.at(along) ?? 0;
      return { inputs: [random.tensor(element, shape, [-4, 4]), int64s([Math.min(k, most)])], attributes, outputs: 2 };
    },
  },
};
