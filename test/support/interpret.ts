import type { Graph, Node, Value } from "../../src/ir/graph.ts";
import { paddedInputs } from "../../src/ops/apply.ts";
import { isComposite, operatorOf } from "../../src/ops/define.ts";
import { type Tensor, zeros } from "../../src/tensor/tensor.ts";

/**
 * Runs a graph by its operators' kernels, one node after another: the plainest meaning of a graph, and a judge of the engine. Any value
 * may be fed, an intermediate one too. Outputs are handed to the kernels full of `leftovers`, so that one that relies on zeros is found out.
 */
export function interpret(graph: Graph, feeds: ReadonlyMap<Value, Tensor> = new Map(), leftovers = 77): Tensor[] {
  const values = new Map(feeds);
  for (const node of needed(graph.outputs, feeds)) run(node, values, leftovers);
  return graph.outputs.map((value) => numbersOf(value, values));
}

/**
 * The nodes to run, in order. A composite needs the outputs of its expansion, a primitive its inputs. The nodes of an expansion are made
 * after the inputs and before the composite itself, so that rising ids are a topological order of both together.
 */
function needed(outputs: readonly Value[], feeds: ReadonlyMap<Value, Tensor>): Node[] {
  const seen = new Set<Node>();
  const stack: (Value | null)[] = [...outputs];
  while (stack.length > 0) {
    const value = stack.pop();
    if (!value?.node || value.known !== null || feeds.has(value) || seen.has(value.node)) continue;
    seen.add(value.node);
    for (const dependency of value.node.expansion?.outputs ?? value.node.inputs) stack.push(dependency);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

function run(node: Node, values: Map<Value, Tensor>, leftovers: number): void {
  const op = operatorOf(node.op);
  if (isComposite(op)) {
    node.expansion?.outputs.forEach((value, at) => values.set(node.outputs[at], numbersOf(value, values)));
    return;
  }
  const inputs = paddedInputs(op, node.inputs).map((value: Value | null) => (value === null ? null : numbersOf(value, values)));
  const outputs = node.outputs.map(({ dtype, shape }) => zeros(dtype, shape));
  for (const { data } of outputs) data.fill(leftovers);
  op.kernel(inputs as readonly Tensor[], outputs, node.attributes);
  node.outputs.forEach((value, at) => values.set(value, outputs[at]));
}

function numbersOf(value: Value, values: ReadonlyMap<Value, Tensor>): Tensor {
  const tensor = values.get(value) ?? value.known;
  if (tensor === null) throw new Error(`value ${value.id} is an input that is not fed`);
  return tensor;
}
