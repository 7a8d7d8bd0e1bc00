import { constant, type Value } from "../ir/graph.ts";
import { scalar } from "../tensor/tensor.ts";
import { apply } from "./apply.ts";
import type { Attributes, Operator } from "./define.ts";

/** A value, or a plain number that takes the element type of the operand beside it. */
export type ValueOrNumber = Value | number;

export function number(value: number, like: Value): Value {
  return constant(scalar(value, like.dtype));
}

/** Application of a one-output operator, for writing rules as formulas. */
export function one(op: Operator, inputs: readonly (Value | null)[], attributes?: Attributes): Value {
  return apply(op, inputs, attributes, 1)[0];
}

export function unary(op: Operator): (x: Value) => Value {
  return (x) => one(op, [x]);
}

/** Two operands, one of which may be a number. */
export function binary(op: Operator): (a: ValueOrNumber, b: ValueOrNumber) => Value {
  return (a, b) => {
    if (typeof a !== "number") return one(op, [a, typeof b === "number" ? number(b, a) : b]);
    if (typeof b === "number") throw new TypeError(`${op.type} of two plain numbers has no element type`);
    return one(op, [number(a, b), b]);
  };
}
