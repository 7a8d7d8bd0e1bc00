import { createNode, currentId, type Value } from "../ir/graph.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Tensor, type TensorType, zeros } from "../tensor/tensor.ts";
import { type Attributes, has, type InputSpec, isComposite, type Operator, operatorOf, type OperatorPrimitive } from "./define.ts";
import { OperatorError } from "./errors.ts";

const none: Attributes = Object.freeze({});

/** Larger results of constant inputs are left to the engine. */
const foldedElements = 4096;

/**
 * A node that applies `op`, with its outputs' types inferred and their values computed where they follow from constants.
 * Attributes that are left out take their defaults. Throws OperatorError.
 */
export function apply(
  op: Operator,
  inputs: readonly (Value | null)[],
  attributes: Attributes = none,
  outputCount = op.outputs.length,
): readonly Value[] {
  checkInputs(op, inputs);
  // Shared and not copied where nothing is set: a large graph has a node for every few bytes of its request.
  const all = attributes === none ? op.defaults : { ...op.defaults, ...attributes };
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
export function paddedInputs<T = Value>(op: Operator, inputs: readonly (T | null)[]): readonly T[] {
  const missing = op.inputs.length - inputs.length;
  return (missing > 0 ? [...inputs, ...new Array<null>(missing).fill(null)] : inputs) as readonly T[];
}

/** A value that is given twice stands in the body as two values, so that each position keeps its own gradient. */
function distinct(inputs: readonly Value[]): readonly Value[] {
  const count = new Map<Value | null, number>();
  for (const value of inputs) count.set(value, (count.get(value) ?? 0) + 1);
  if (count.size === inputs.length) return inputs;
  const again = (value: Value): Value => apply(operatorOf("Identity"), [value])[0];
  return inputs.map((value: Value | null) => (value !== null && count.get(value) !== 1 ? again(value) : value)) as readonly Value[];
}

function fold(
  op: OperatorPrimitive,
  inputs: readonly (Value | null)[],
  attributes: Attributes,
  types: readonly TensorType[],
): Tensor[] | null {
  const shapeOnly = has(op, "shapeOnly");
  if (!shapeOnly) for (const value of inputs) if (value !== null && value.known === null) return null;
  for (const { shape } of types) if (sizeOf(shape) > foldedElements) return null;
  const numbers = paddedInputs(op, inputs).map((value: Value | null): Tensor | null => {
    if (value === null || value.known !== null) return value && value.known;
    return { dtype: value.dtype, shape: value.shape, data: new Float64Array(0) };
  });
  const outputs = types.map(({ dtype, shape }) => zeros(dtype, shape));
  op.kernel(numbers as readonly Tensor[], outputs, attributes);
  return outputs;
}

function checkInputs(op: Operator, inputs: readonly (Value | null)[]): void {
  const specs = op.inputs;
  const isOpen = specs.length > 0 && specs[specs.length - 1].variadic === true;
  if (!isOpen && inputs.length > specs.length) {
    throw new OperatorError("arity", `${op.type} takes at most ${specs.length} inputs, not ${inputs.length}`, { input: specs.length });
  }
  for (let at = 0; at < Math.max(specs.length, inputs.length); at++) {
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
    checkBeside(op, inputs, at, spec, value);
    if (spec.static && value.known === null) {
      throw new OperatorError("static", `input ${spec.name} of ${op.type} decides shapes, so it may not depend on other inputs' numbers`, {
        input: at,
      });
    }
  }
}

/** An input must have the element type of the first one that shares its type variable. */
function checkBeside(op: Operator, inputs: readonly (Value | null)[], at: number, { name, type }: InputSpec, { dtype }: Value): void {
  const specs = op.inputs;
  for (let before = 0; before < at; before++) {
    const first = specs[Math.min(before, specs.length - 1)];
    const other = inputs[before];
    if (first.type !== type || !other) continue;
    if (other.dtype === dtype) return;
    const message = `input ${name} of ${op.type} is ${dtype}, but ${first.name} is ${other.dtype}; use Cast to convert`;
    throw new OperatorError("type", message, { input: at });
  }
}
