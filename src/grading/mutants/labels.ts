import type { Value } from "../../ir/graph.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { Ground, Mutant, Places } from "./mutant.ts";

/** Class labels shifted by one, as indices or as one-hot rows: the program itself at other inputs. */
export function labelMutants({ program, tape, backward }: Ground, places: Places): Mutant[] {
  return program.inputs.flatMap(({ name, value }, input): Mutant[] => {
    const classes = isFloating(value.dtype) ? (value.shape.at(-1) ?? 0) : classesOf(program.nodes, value);
    const candidate = isFloating(value.dtype) ? value.shape.length >= 1 : value.dtype !== "bool";
    if (!candidate || classes < 2 || value.known !== null) return [];
    const user = tape.consumers(value)[0]?.step;
    return (["next label", "previous label"] as const).map((change) => ({
      mistake: "label_off_by_one",
      name,
      edges: [],
      place: user === undefined ? 0 : places.of(user),
      places: 1,
      family: "fixed",
      outcome: () => ({ tape, backward, feeds: { input, change, classes } }),
    }));
  });
}

/** How many labels there are: as many as the first operand beside them has along the axis that they choose from. */
export function classesOf(nodes: Ground["program"]["nodes"], labels: Value): number {
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
