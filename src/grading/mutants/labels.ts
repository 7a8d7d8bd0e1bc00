import type { Value } from "../../ir/graph.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
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

/** Labels moved on by one, the last becoming the first; for floating numbers rows that are 1 in one place. null where they are not such. */
export function relabelled(labels: Tensor, classes: number, by: number): Tensor | null {
  const data = labels.data.slice();
  if (!isFloating(labels.dtype)) {
    for (let at = 0; at < data.length; at++) {
      if (data[at] < 0 || data[at] >= classes) return null;
      data[at] = (data[at] + by + classes) % classes;
    }
    return { ...labels, data };
  }
  for (let row = 0; row < data.length; row += classes) {
    let ones = 0;
    for (let at = row; at < row + classes; at++) {
      if (labels.data[at] !== 0 && labels.data[at] !== 1) return null;
      ones += labels.data[at];
      data[row + ((at - row + by + classes) % classes)] = labels.data[at];
    }
    if (ones !== 1) return null;
  }
  return { ...labels, data };
}
