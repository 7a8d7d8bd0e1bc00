import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { copyStrided } from "../../kernels/elementwise.ts";
import { type Shape, stridesOf } from "../../tensor/shape.ts";
import { axisWithin, int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp, type ProbeInput } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { isGiven } from "../notation.ts";
import { scatterSlices } from "./gather.ts";
import { indexProbe } from "./indices.ts";
import { pad } from "./pad.ts";

export const Slice = defineOp({
  type: "Slice",
  since: 13,
  category: "shape",
  summary:
    "From starts up to, not including, ends by steps along the named axes (the first ones unless told). Negative positions count from the end, those beyond the ends are drawn in, and negative steps walk backwards.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "starts", type: "Tind", static: true, list: true },
    { name: "ends", type: "Tind", static: true, list: true },
    { name: "axes", type: "Tind", optional: true, static: true, list: true },
    { name: "steps", type: "Tind", optional: true, static: true, list: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tind: ["int64", "int32"] },
  attributes: noAttributes,
  traits: ["linear"],
  infer: ([x, ...bounds]) => [{ dtype: x.dtype, shape: windows(x.shape, bounds).map(({ size }) => size) }],
  kernel: ([x, ...bounds], [y]) => {
    const strides = stridesOf(x.shape);
    const along = windows(x.shape, bounds);
    const offset = along.reduce((sum, { start }, axis) => sum + start * strides[axis], 0);
    const steps = along.map(({ step }, axis) => step * strides[axis]);
    copyStrided(x, steps, offset, y);
  },
  rows: ([row], [x, ...bounds]) => {
    if (row === null) return null;
    const { size, step } = windows(x.shape, bounds)[row];
    return size === x.shape[row] && step === 1 ? row : null;
  },
  vjp: ({ inputs: [x, ...bounds], grads: [g] }) => [unslice(g, x.shape, windows(x.shape, bounds)), null, null, null, null],
  display: { label: "slice", formula: sliced, cotangents: (_, __, delta) => [term.call("pad", delta), null, null, null, null] },
  probes: [
    { inputs: [[4, 3], list(1), list(3)] },
    { inputs: [[3, 5], list(-1, 4), list(-10, 0), list(0, 1), list(-1, -2)] },
    { inputs: [[2, 6], list(1), list(100), list(-1), list(2)] },
  ],
  syntax: { subscript: "range" },
});

function list(...values: readonly number[]): ProbeInput {
  return indexProbe([values.length], values);
}

/** What is taken along one axis: `size` elements from `start` by `step`. */
interface Window {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

type Numbers = Parameters<typeof staticNumbers>[0];

/** The window of every axis of `shape`. */
function windows(shape: Shape, [starts, ends, axes, steps]: readonly [Numbers, Numbers, Numbers | null, Numbers | null]): Window[] {
  const from = staticNumbers(starts);
  const along = axes === null ? from.map((_, at) => at) : staticNumbers(axes);
  const to = sameLength(staticNumbers(ends), from, "ends", 2);
  const by = steps === null ? from.map(() => 1) : sameLength(staticNumbers(steps), from, "steps", 4);
  const result: Window[] = shape.map((size) => ({ start: 0, step: 1, size }));
  const seen = new Set<number>();
  sameLength(along, from, "axes", 3).forEach((named, at) => {
    const axis = axisWithin(named, shape.length, { input: axes === null ? 1 : 3 });
    if (seen.has(axis)) throw new OperatorError("shape", `Slice names axis ${axis} twice`, { input: 3 });
    seen.add(axis);
    result[axis] = windowOf(from[at], to[at], by[at], shape[axis]);
  });
  return result;
}

function sameLength(list: number[], starts: readonly number[], name: string, input: number): number[] {
  if (list.length === starts.length) return list;
  throw new OperatorError("shape", `Slice has ${starts.length} starts but ${list.length} ${name}`, { input });
}

function windowOf(start: number, end: number, step: number, size: number): Window {
  if (step === 0) throw new OperatorError("shape", "Slice cannot walk by steps of 0", { input: 4 });
  const within = (position: number, least: number, most: number): number =>
    Math.min(Math.max(position < 0 ? position + size : position, least), most);
  // A walk backwards starts within the axis, wherever it was told to, and may end before it: so ONNX says, and numpy does not.
  const first = step > 0 ? within(start, 0, size) : within(start, 0, size - 1);
  const last = step > 0 ? within(end, 0, size) : within(end, -1, size - 1);
  return { start: first, step, size: Math.max(0, Math.ceil((last - first) / step)) };
}

/** The gradient of the whole from that of the windows: steps are undone axis by axis, then what lies outside is filled with zeros. */
function unslice(g: Value, shape: Shape, along: readonly Window[]): Value {
  let spread = g;
  const before = new Array<number>(shape.length).fill(0);
  const after = new Array<number>(shape.length).fill(0);
  along.forEach(({ start, step, size }, axis) => {
    if (step === 1) {
      before[axis] = start;
      after[axis] = shape[axis] - start - size;
      return;
    }
    const indices = int64s(Array.from({ length: size }, (_, at) => start + at * step));
    spread = scatterSlices(spread, indices, axis, shape[axis]);
  });
  return pad(spread, [...before, ...after]);
}

/** Positions, axes and steps as plain numbers; all axes from the first on, by steps of 1, unless told. */
export interface SliceBounds {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes?: readonly number[];
  readonly steps?: readonly number[];
}

export const slice = (x: Value, { starts, ends, axes, steps }: SliceBounds): Value =>
  one(Slice, [x, int64s(starts), int64s(ends), axes === undefined ? null : int64s(axes), steps === undefined ? null : int64s(steps)]);

/** As it is written along one axis, m[:, 1:3]; along several it is called a slice. */
function sliced(operands: readonly term.Term[]): term.Term {
  const [x, ...given] = operands;
  const [start, end, axis = 0, step = 1] = given.map((each) =>
    each.kind === "number" ? each.value : isGiven(each) ? Number.NaN : undefined,
  );
  if (start === undefined || end === undefined || ![start, end, axis, step].every(Number.isSafeInteger) || axis < 0)
    return term.call("slice", x);
  // Beyond any place there is as far as it goes.
  const bound = (place: number): string => (Math.abs(place) >= 2 ** 31 - 1 ? "" : String(place));
  const range = `${start === 0 ? "" : bound(start)}:${bound(end)}${step === 1 ? "" : `:${step}`}`;
  return term.element(x, ...new Array<term.Term>(axis).fill(term.words(":")), term.words(range));
}
