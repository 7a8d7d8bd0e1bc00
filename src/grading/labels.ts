import type { Value } from "../ir/graph.ts";
import type { Program } from "../program/program.ts";
import { isFloating } from "../tensor/dtype.ts";

/** How many labels there are: as many as the first operand beside them has along the axis that they choose from. */
export function classesOf(nodes: Program["nodes"], labels: Value): number {
  for (const { node } of nodes) {
    if (!node.inputs.includes(labels)) continue;
    const beside = node.inputs.find((value) => value !== null && isFloating(value.dtype));
    if (beside === undefined || beside === null) continue;
    const { axis } = node.attributes;
    const { shape } = beside;
    return (typeof axis === "number" ? shape.at(axis) : (shape[1] ?? shape[0])) ?? 0;
  }
  return 0;
}
