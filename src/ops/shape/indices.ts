import type { Meeting, RefuseIndex } from "../../kernels/gather.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import type { Kink, ProbeInput } from "../define.ts";
import { OperatorError } from "../errors.ts";

// This module stands outside the cycles in which operator files import one another, so they can use it while they load.

export const scatterReductions = ["none", "add", "mul", "max", "min"] as const satisfies readonly Meeting[];

export const scatterKinks: readonly Kink[] = [
  {
    at: "several updates at one place, reduction none",
    convention: "the last update is the one that is written and receives the gradient",
  },
  { at: "equal candidates, reduction max or min", convention: "the data and the updates that attain the result share the gradient evenly" },
  {
    at: "several updates at one place and zeros among them, reduction mul",
    convention: "first derivatives are exact; second derivatives between two updates at that place are 0 where one of them is 0",
  },
];

/** The error for an index into `shape` that lies outside; `axisOf` tells which axis the element at a place of the indices counts. */
export function refusal(shape: Shape, axisOf: (at: number) => number): RefuseIndex {
  return (index, at) => {
    const axis = axisOf(at);
    const size = shape[axis];
    const range = size === 0 ? "the axis is empty" : `expected -${size} to ${size - 1}`;
    throw new OperatorError("index", `index ${index} is outside axis ${axis} of ${formatShape(shape)}: ${range}`, { input: 1 });
  };
}

export function indexProbe(shape: Shape, values: readonly number[]): ProbeInput {
  return { values, shape, dtype: "int64" };
}
