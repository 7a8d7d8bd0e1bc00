import { createNode, currentId, type Value } from "../ir/graph.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Tensor, type TensorType, zeros } from "../tensor/tensor.ts";
import { identity } from "./arithmetic/identity.ts";
import { type Attributes, has, isComposite, type Operator, type OperatorPrimitive } from "./define.ts";
import { OperatorError } from "./errors.ts";

/** Larger results of constant inputs are left to the engine. */
const foldedElements = 4096;

/**
 * A node that applies `op`, with its outputs' types inferred and their values computed where they follow from constants.
 * Attributes that are left out take their defaults. Throws OperatorError.
 */
export function apply(
  op: Operator,
  inputs: readonly (Value | null)[],
  attributes: Attributes = {},
  outputCount = op.outputs.length,
): readonly Value[] {
  checkInputs(op, inputs);
  const all = { ...op.defaults, ...attributes };
  if (isComposite(op)) {
    const since = currentId();
    const own = distinct(paddedInputs(op, inputs));
    const outputs = op.body(own, all, outputCount);
    const known = outputs.every((value) => value.known !== null) ? outputs.map((value) => value.known as Tensor) : null;
    return createNode(op.type, inputs, all, outputs, known, { since, inputs: own, outputs }).outputs;
  }
  const types = op.infer(paddedInputs(op, inputs), all, outputCount);
  return createNode(op.type, inputs, all, types, fold(op, inputs, all, types)).outputs;
}

/**
 * Inputs left out at the end are made explicit. Rules type their inputs by the specification: null only where an input is optional,
 * which `checkInputs` has made sure of.
 */
export function paddedInputs(op: Operator, inputs: readonly (Value | null)[]): readonly Value[] {
  const missing = op.inputs.length - inputs.length;
  return (missing > 0 ? [...inputs, ...new Array<null>(missing).fill(null)] : inputs) as readonly Value[];
}

/** A value that is given twice stands in the body as two values, so that each position keeps its own gradient. */
function distinct(inputs: readonly Value[]): readonly Value[] {
  const repeated = inputs.filter((value: Value | null, at) => value !== null && inputs.indexOf(value) < at);
  return inputs.map((value) => (repeated.includes(value) ? identity(value) : value));
}

function fold(
  op: OperatorPrimitive,
  inputs: readonly (Value | null)[],
  attributes: Attributes,
  types: readonly TensorType[],
): Tensor[] | null {
  for (const { shape } of types) if (sizeOf(shape) > foldedElements) return null;
  const shapeOnly = has(op, "shapeOnly");
  const numbers: (Tensor | null)[] = [];
  for (const value of paddedInputs(op, inputs) as readonly (Value | null)[]) {
    if (value === null) numbers.push(null);
    else if (value.known !== null) numbers.push(value.known);
    else if (shapeOnly) numbers.push({ dtype: value.dtype, shape: value.shape, data: new Float64Array(0) });
    else return null;
  }
  const outputs = types.map(({ dtype, shape }) => zeros(dtype, shape));
  op.kernel(numbers as readonly Tensor[], outputs, attributes);
  return outputs;
}

function checkInputs(op: Operator, inputs: readonly (Value | null)[]): void {
  const specs = op.inputs;
  const last = specs.at(-1);
  const variadic = last?.variadic === true;
  if (!variadic && inputs.length > specs.length) {
    throw new OperatorError("arity", `${op.type} takes at most ${specs.length} inputs, not ${inputs.length}`, { input: specs.length });
  }
  const least = specs.length;
  const bound = new Map<string, { dtype: string; at: number }>();
  for (let at = 0; at < Math.max(least, inputs.length); at++) {
    const spec = specs[Math.min(at, specs.length - 1)];
    const value = inputs[at] ?? null;
    if (value === null) {
      if (spec.optional) continue;
      throw new OperatorError("missing", `${op.type} needs its input ${spec.name} (position ${at})`, { input: at });
    }
    const allowed = op.types[spec.type];
    if (!allowed.includes(value.dtype)) {
      throw new OperatorError("type", `input ${spec.name} of ${op.type} is ${value.dtype}; it may be ${allowed.join(", ")}`, { input: at });
    }
    const before = bound.get(spec.type);
    if (before === undefined) bound.set(spec.type, { dtype: value.dtype, at });
    else if (before.dtype !== value.dtype) {
      const first = specs[Math.min(before.at, specs.length - 1)].name;
      throw new OperatorError(
        "type",
        `input ${spec.name} of ${op.type} is ${value.dtype}, but ${first} is ${before.dtype}; use Cast to convert`,
        { input: at },
      );
    }
    if (spec.static && value.known === null) {
      throw new OperatorError("static", `input ${spec.name} of ${op.type} decides shapes, so it may not depend on other inputs' numbers`, {
        input: at,
      });
    }
  }
}
