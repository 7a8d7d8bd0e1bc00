import { z } from "zod";
import * as term from "../../formula/term.ts";
import { constant, type Value } from "../../ir/graph.ts";
import { copyByTables } from "../../kernels/copy.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import { scalar } from "../../tensor/tensor.ts";
import { where } from "../arithmetic/where.ts";
import { axisWithin, int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp, type ProbeInput } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { number, one } from "../express.ts";
import { called } from "../notation.ts";
import { reduceSum } from "../reduction/reduce-sum.ts";
import { filled } from "./expand.ts";
import { scatterSlices } from "./gather.ts";
import { indexProbe } from "./indices.ts";
import { reshape } from "./reshape.ts";

const modes = ["constant", "reflect", "edge", "wrap"] as const;
type Mode = (typeof modes)[number];

export const Pad = defineOp({
  type: "Pad",
  since: 21,
  category: "shape",
  summary:
    "More elements before and after every axis (or the named axes): a constant, the mirrored inside, the nearest edge, or the inside repeated. Negative amounts crop. pads lists all beginnings, then all ends.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "pads", type: "Tpads", static: true, list: true },
    { name: "constant_value", type: "T", optional: true, differentiable: true },
    { name: "axes", type: "Tind", optional: true, static: true, list: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tpads: ["int64"], Tind: ["int64", "int32"] },
  attributes: z.strictObject({ mode: z.enum(modes).default("constant") }),
  traits: ["linear"],
  infer: ([x, pads, value, axes], { mode }) => {
    if (value !== null && (value.shape.length > 1 || (value.shape[0] ?? 1) !== 1)) {
      throw new OperatorError("shape", `constant_value of Pad is one number, not a tensor of shape ${formatShape(value.shape)}`, {
        input: 2,
      });
    }
    return [{ dtype: x.dtype, shape: borders(x.shape, pads, axes).map((border, axis) => paddedSize(x.shape, axis, border, mode)) }];
  },
  kernel: ([x, pads, value, axes], [y], { mode }) => {
    const tables = borders(x.shape, pads, axes).map((border, axis) => sources(x.shape[axis], border, mode));
    copyByTables(x, tables, value === null ? 0 : value.data[0], y);
  },
  rows: ([row, , ofValue], [x, pads, , axes]) =>
    row !== null && ofValue === null && borders(x.shape, pads, axes)[row].every((amount) => amount === 0) ? row : null,
  vjp: ({ inputs: [x, pads, value, axes], grads: [g], attributes: { mode } }) => {
    const around = borders(x.shape, pads, axes);
    if (mode !== "constant") return [fold(g, x.shape, around, mode), null, null, null];
    const back = pad(
      g,
      [...around.map(([before]) => before), ...around.map(([, after]) => after)].map((amount) => 0 - amount),
    );
    return [back, null, value === null ? null : reshape(outside(g, x.shape, around), value.shape), null];
  },
  display: {
    label: "pad",
    formula: called("pad", 1),
    cotangents: (_, { mode }, delta) => [mode === "constant" ? term.call("slice", delta) : term.call("fold", delta), null, null, null],
  },
  probes: [
    { inputs: [[2, 3], pairs([1, 0], [0, 2])] },
    { inputs: [[2, 3], pairs([1, -1], [2, 1]), []] },
    { inputs: [[4], pairs([2], [3])], attributes: { mode: "reflect" } },
    { inputs: [[2, 3], pairs([1, 2], [0, -1])], attributes: { mode: "edge" } },
    {
      inputs: [[2, 3], pairs([1], [4]), null, indexProbe([1], [-1])],
      attributes: { mode: "wrap" },
    },
  ],
});

function pairs(before: readonly number[], after: readonly number[]): ProbeInput {
  return indexProbe([2 * before.length], [...before, ...after]);
}

/** How many elements are added (or, when negative, cropped) before and after one axis. */
type Border = readonly [before: number, after: number];
type Numbers = Parameters<typeof staticNumbers>[0];

/** The border of every axis. */
function borders(shape: Shape, pads: Numbers, axes: Numbers | null): Border[] {
  const along = axes === null ? shape.map((_, axis) => axis) : staticNumbers(axes);
  const amounts = staticNumbers(pads);
  if (amounts.length !== 2 * along.length) {
    throw new OperatorError("shape", `Pad takes two amounts for each of ${along.length} axes, not ${amounts.length} numbers`, { input: 1 });
  }
  const result: Border[] = shape.map(() => [0, 0]);
  const seen = new Set<number>();
  along.forEach((named, at) => {
    const axis = axisWithin(named, shape.length, { input: 3 });
    if (seen.has(axis)) throw new OperatorError("shape", `Pad names axis ${axis} twice`, { input: 3 });
    seen.add(axis);
    result[axis] = [amounts[at], amounts[at + along.length]];
  });
  return result;
}

function paddedSize(shape: Shape, axis: number, [before, after]: Border, mode: Mode): number {
  const left = shape[axis] + Math.min(before, 0) + Math.min(after, 0);
  const size = left + Math.max(before, 0) + Math.max(after, 0);
  if (left < 0) throw new OperatorError("shape", `Pad crops more than axis ${axis} of ${formatShape(shape)} holds`, { input: 1 });
  if (left === 0 && size > 0 && mode !== "constant") {
    throw new OperatorError("shape", `axis ${axis} of ${formatShape(shape)} has nothing to pad with in mode ${mode}`, { input: 1 });
  }
  return size;
}

/** Which index of the operand each place along an axis reads; -1 for the constant. Cropping comes before padding. */
function sources(size: number, [before, after]: Border, mode: Mode): Int32Array {
  const first = Math.max(0, 0 - before);
  const left = size + Math.min(before, 0) + Math.min(after, 0);
  const indices = new Int32Array(left + Math.max(before, 0) + Math.max(after, 0));
  for (let at = 0; at < indices.length; at++) {
    const inside = drawnIn(at - Math.max(before, 0), left, mode);
    indices[at] = inside < 0 ? -1 : first + inside;
  }
  return indices;
}

/** The place within 0 to size - 1 that stands for any place; -1 for the constant. */
function drawnIn(place: number, size: number, mode: Mode): number {
  if (place >= 0 && place < size) return place;
  switch (mode) {
    case "constant":
      return -1;
    case "edge":
      return place < 0 ? 0 : size - 1;
    case "wrap":
      return ((place % size) + size) % size;
    case "reflect": {
      const period = Math.max(1, 2 * (size - 1));
      const phase = ((place % period) + period) % period;
      return phase < size ? phase : period - phase;
    }
  }
}

/** Adds the gradient of every copy to that of its source, axis by axis. */
function fold(g: Value, shape: Shape, around: readonly Border[], mode: Mode): Value {
  return around.reduce(
    (folded, border, axis) =>
      border[0] === 0 && border[1] === 0
        ? folded
        : scatterSlices(folded, int64s([...sources(shape[axis], border, mode)]), axis, shape[axis]),
    g,
  );
}

/** The sum of the gradient over the places that hold the constant. */
function outside(g: Value, shape: Shape, around: readonly Border[]): Value {
  const inside = pad(filled(1, { dtype: "bool", shape }), [...around.map(([before]) => before), ...around.map(([, after]) => after)]);
  return reduceSum(where(inside, number(0, g), g), { keepdims: false });
}

/** `x` with zeros (or `value`) around it; `pads` lists the amounts before every axis, then those after. */
export function pad(x: Value, pads: readonly number[], { value }: { value?: number } = {}): Value {
  if (pads.every((amount) => amount === 0)) return x;
  return one(Pad, [x, int64s(pads), value === undefined ? null : constant(scalar(value, x.dtype))]);
}

/** `x` with what its own inside supplies around it. */
export const padWith = (x: Value, pads: readonly number[], mode: Exclude<Mode, "constant">): Value => one(Pad, [x, int64s(pads)], { mode });
