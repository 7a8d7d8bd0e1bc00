import { type Node, type Value } from "../../../ir/graph.ts";
import { paddedInputs } from "../../../ops/apply.ts";
import { has, isComposite, operatorOf } from "../../../ops/define.ts";
import { isFloating } from "../../../tensor/dtype.ts";
import { type Shape, sizeOf } from "../../../tensor/shape.ts";
import { type Tensor, tensorOf, zeros } from "../../../tensor/tensor.ts";
import type { Cut } from "./cuts.ts";

/** Whether a group works on each element by itself, so that single numbers stand for tensors of any shape. */
export const isElementwise = ({ nodes }: Cut): boolean => nodes.every(({ op }) => has(operatorOf(op), "elementwise"));

/** Tensors of more elements are not tried. */
const mostElements = 2 ** 13;

/**
 * What a group makes of the given leaves, in float64; null where it cannot be tried. Of a group that is elementwise each leaf is a list of
 * single numbers, else it has its own shape.
 */
export function tried(cut: Cut, leaves: readonly Float64Array[]): Float64Array | null {
  try {
    return run(cut, leaves);
  } catch {
    // Some operators refuse some numbers, such as places that there are not.
    return null;
  }
}

function run(cut: Cut, leaves: readonly Float64Array[]): Float64Array | null {
  const byElement = isElementwise(cut);
  const shapeOf = ({ shape }: Value): Shape => (byElement ? [leaves[0]?.length ?? 0] : shape);
  const tensors = new Map<Value, Tensor>();
  cut.leaves.forEach((leaf, at) => tensors.set(leaf, { dtype: "float64", shape: shapeOf(leaf), data: leaves[at] }));
  const operand = (value: Value | null): Tensor | null => {
    if (value === null) return null;
    const computed = tensors.get(value);
    if (computed !== undefined) return computed;
    const { known } = value;
    if (known === null) throw new Error("a group needs what is no leaf of it");
    const shape = byElement && known.data.length === 1 ? [] : known.shape;
    return isFloating(known.dtype) ? tensorOf("float64", shape, known.data) : { ...known, shape };
  };
  for (const node of cut.nodes) {
    const op = operatorOf(node.op);
    if (isComposite(op) || node.outputs.some(({ shape }) => !byElement && sizeOf(shape) > mostElements)) return null;
    if (byElement && node.inputs.some((value) => value?.known && value.known.data.length > 1)) return null;
    const outputs = node.outputs.map((value) => zeros(isFloating(value.dtype) ? "float64" : value.dtype, shapeOf(value)));
    op.kernel(paddedInputs(op, node.inputs).map((value: Value | null) => operand(value)) as readonly Tensor[], outputs, node.attributes);
    node.outputs.forEach((value, at) => tensors.set(value, outputs[at]));
  }
  const result = cut.nodes.at(-1)?.outputs[0];
  const data = result === undefined ? undefined : tensors.get(result)?.data;
  return data instanceof Float64Array ? data : null;
}

/** Whether a node of its own would be taken for a function in disguise: one with a constant among its operands, such as max(x, 0). */
export const isDisguise = ({ nodes }: Cut): boolean =>
  nodes.length > 1 || nodes.some(({ inputs }: Node) => inputs.some((value) => value !== null && value.known !== null));
