import { formatShape } from "../tensor/shape.ts";
import type { Graph, Value } from "./graph.ts";

/** One line per node, with short names in order of appearance: the form used in snapshots and debugging. */
export function print(graph: Graph): string {
  const names = new Map<Value, string>();
  const define = (value: Value, prefix: string): string => {
    const name = `${prefix}${names.size}`;
    names.set(value, name);
    return `${name}: ${value.dtype}${formatShape(value.shape)}`;
  };
  const use = (value: Value | null): string => {
    if (value === null) return "_";
    const name = names.get(value);
    if (name !== undefined) return name;
    const { known } = value;
    return known === null ? "?" : known.data.length === 1 ? String(known.data[0]) : `constant${formatShape(known.shape)}`;
  };
  const lines = graph.inputs.map((value) => `input ${define(value, "%")}`);
  for (const node of graph.nodes) {
    const args = node.inputs.map(use).join(", ");
    const attributes = Object.keys(node.attributes).length === 0 ? "" : ` ${JSON.stringify(node.attributes)}`;
    lines.push(`${node.outputs.map((value) => define(value, "%")).join(", ")} = ${node.op}(${args})${attributes}`);
  }
  lines.push(`return ${graph.outputs.map(use).join(", ")}`);
  return lines.join("\n");
}
