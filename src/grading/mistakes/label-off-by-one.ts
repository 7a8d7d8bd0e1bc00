import { isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Ground } from "../mutants/ground.ts";
import { classesOf } from "../labels.ts";
import { defineMistake, type Mutation } from "./define.ts";

/** Class labels shifted by one, as indices or as one-hot rows: the program itself at other inputs. */
export const labelOffByOne = defineMistake({
  name: "label_off_by_one",
  cost: 1,
  sentences: {
    en: ({ name }) => `The labels in ${name} are shifted by one class. Check whether classes are counted from 0 or from 1.`,
    zh: ({ name }) => `${name} 中的类别标签错了一位。请检查类别是从 0 还是从 1 开始编号。`,
  },
  ways: { topic: "labels", overall: shiftedLabels },
});

function shiftedLabels(ground: Ground): Mutation[] {
  const { program, tape, backward } = ground;
  return program.inputs.flatMap(({ name, value }, input): Mutation[] => {
    const classes = isFloating(value.dtype) ? (value.shape.at(-1) ?? 0) : classesOf(program.nodes, value);
    const candidate = isFloating(value.dtype) ? value.shape.length >= 1 : value.dtype !== "bool";
    if (!candidate || classes < 2 || value.known !== null) return [];
    const user = tape.consumers(value)[0]?.step;
    return [1, -1].map((by) => ({
      name,
      edges: [],
      place: user === undefined ? 0 : ground.placeOf(user),
      places: 1,
      family: "fixed",
      consequence: () => ({ tape, backward, feeds: { input, change: (labels) => shifted(labels, classes, by) } }),
    }));
  });
}

/** Labels moved on by one, the last becoming the first; for floating numbers rows that are 1 in one place. null where they are not such. */
function shifted(labels: Tensor, classes: number, by: number): Tensor | null {
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
