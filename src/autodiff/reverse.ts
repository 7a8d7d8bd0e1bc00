import { ancestors, type Node, type Value } from "../ir/graph.ts";
import { sumOf } from "../ops/arithmetic/sum.ts";
import { paddedInputs } from "../ops/apply.ts";
import { isComposite, operatorOf } from "../ops/define.ts";
import { NodeError, OperatorError } from "../ops/errors.ts";
import { reduceSum } from "../ops/reduction/reduce-sum.ts";
import { filled } from "../ops/shape/expand.ts";
import { reshape } from "../ops/shape/reshape.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape, sameShape, type Shape } from "../tensor/shape.ts";

/** One consumption of a value, with the cotangent that flows back along it before any summation. */
export interface EdgeGradient {
  readonly from: Value;
  readonly to: Node;
  /** Position among the inputs of `to`. */
  readonly input: number;
  readonly gradient: Value;
}

export interface Backward {
  /** In backward order: the last node's edges first, by position within a node. */
  readonly edges: readonly EdgeGradient[];
  /** The sum over a value's edges (and its own seed); null when nothing flows back to it. */
  readonly gradientOf: (value: Value) => Value | null;
}

/**
 * Reverse mode as graph → graph: seeds each value of `of` with its cotangent (of the value's type) and walks back. The result is made of
 * ordinary values, so it can be printed, run, and differentiated again. Only nodes with ids above `since` are walked; what lies before
 * them is a leaf. Nodes that no gradient passes cost nothing; what the caller does not use is left out when the graph is cut.
 */
export function reverse(of: readonly Value[], cotangents: readonly Value[], since = 0): Backward {
  const arrived = new Map<Value, Value[]>();
  const sums = new Map<Value, Value>();
  const edges: EdgeGradient[] = [];
  of.forEach((value, at) => push(arrived, value, cotangents[at]));

  const gradientOf = (value: Value): Value | null => {
    const contributions = arrived.get(value);
    if (contributions === undefined) return null;
    let sum = sums.get(value);
    if (sum === undefined) sums.set(value, (sum = sumOf(contributions)));
    return sum;
  };

  for (const node of ancestors(of, since).reverse()) {
    const grads = node.outputs.map(gradientOf);
    if (grads.every((grad) => grad === null)) continue;
    const seeds = grads.map((grad, at) => grad ?? filled(0, node.outputs[at]));
    pullBack(node, seeds).forEach((gradient, at) => {
      const from = node.inputs[at] ?? null;
      if (gradient === null || from === null || !isFloating(from.dtype)) return;
      const own = unbroadcast(gradient, from.shape);
      edges.push({ from, to: node, input: at, gradient: own });
      push(arrived, from, own);
    });
  }
  return { edges, gradientOf };
}

/** A node's gradient cannot be had: it would look up an index out of range among constants, or take more memory than there is. */
export class RuleError extends NodeError {
  override readonly name = "RuleError";
}

/** Applies a node's rule: one gradient per input, null where none flows. Throws RuleError. */
export function pullBack(node: Node, grads: readonly Value[]): readonly (Value | null)[] {
  try {
    return applyRule(node, grads);
  } catch (error) {
    // What a composite stands for is not the caller's.
    if (error instanceof RuleError) throw new RuleError(node, error.cause);
    if (error instanceof OperatorError && (error.fault === "index" || error.fault === "domain" || error.fault === "size"))
      throw new RuleError(node, error);
    // Anything else is the rule's own mistake.
    throw error;
  }
}

function applyRule(node: Node, grads: readonly Value[]): readonly (Value | null)[] {
  const op = operatorOf(node.op);
  if (isComposite(op)) return throughExpansion(node, grads);
  if (op.vjp === null) return [];
  const inputs = paddedInputs(op, node.inputs);
  const gradients = op.vjp({ inputs, outputs: node.outputs, grads, attributes: node.attributes });
  if (gradients.length !== inputs.length)
    throw new Error(`the rule of ${op.type} gave ${gradients.length} gradients for ${inputs.length} inputs`);
  return gradients;
}

/** A composite's rule is reverse mode through the nodes that it stands for. */
function throughExpansion(node: Node, grads: readonly Value[]): readonly (Value | null)[] {
  const { expansion } = node;
  if (expansion === null) throw new Error(`${node.op} has neither a rule nor an expansion`);
  const inner = reverse(expansion.outputs, grads, expansion.since);
  return expansion.inputs.map((value) => (value === null ? null : inner.gradientOf(value)));
}

/** Sums a gradient of the broadcast shape back to the shape of its operand. */
export function unbroadcast(gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, axis) => (axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []));
  const summed = reshape(reduceSum(gradient, { axes, keepdims: false }), shape);
  if (lead < 0 || !sameShape(summed.shape, shape))
    throw new Error(`gradient ${formatShape(gradient.shape)} does not fit ${formatShape(shape)}`);
  return summed;
}

function push(map: Map<Value, Value[]>, key: Value, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
