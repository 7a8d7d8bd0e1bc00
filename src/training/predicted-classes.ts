import { LayerFault, type Loss, type LossSource } from "../program/network/define.ts";
import { lossOf } from "../program/network/losses.ts";
import { problemAt } from "../problems/problems.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ProgramSource } from "../program/source.ts";

/** A class by its name or its number, null where NaN decides for none, in lists as the outputs are. */
type Classes = string | number | null | readonly Classes[];

/** The classes that a network's output decides for, by the loss that it was trained with. Throws Problem where that tells of none. */
export function classesOf(output: Tensor | null, { kind, source }: ProgramSource, names: readonly string[]): Classes {
  const loss = kind === "network" ? source.loss : undefined;
  if (output === null || loss === undefined) throw refusal("a network that was trained with a loss, and `return` its outputs");
  const rules = lossOf(loss);
  const named = (at: number): string | number | null => (Number.isNaN(at) ? null : (names[at] ?? at));
  const { shape, data } = output;
  if (isOfScores(rules, loss, shape)) {
    const axis = shape.length > 1 ? 1 : 0;
    const inner = sizeOf(shape.slice(axis + 1));
    const size = shape[axis];
    const largest = (place: number): number => {
      const first = Math.floor(place / inner) * size * inner + (place % inner);
      let best = 0;
      for (let each = 0; each < size; each++) {
        const score = data[first + each * inner];
        if (Number.isNaN(score)) return Number.NaN;
        if (score > data[first + best * inner]) best = each;
      }
      return best;
    };
    return nested(shape.toSpliced(axis, 1), (place) => named(largest(place)));
  }
  const { decides } = rules;
  if (typeof decides !== "number") throw refusal(`a loss of classes, and ${rules.type} is none`);
  return nested(shape, (place) => named(Number.isNaN(data[place]) ? Number.NaN : Number(data[place] > decides)));
}

const refusal = (needed: string) => problemAt("invalid_request", "/classes", `Classes need ${needed}`);

/** Whether a target of an output of this shape would be the number of a class. */
function isOfScores(rules: Loss, loss: LossSource, shape: Shape): boolean {
  if (rules.decides === "largest") return true;
  if (shape.length === 0) return false;
  try {
    return rules.target(shape, shape.toSpliced(shape.length > 1 ? 1 : 0, 1), loss) !== "floats";
  } catch (error) {
    if (error instanceof LayerFault) return false;
    throw error;
  }
}

function nested(shape: Shape, at: (place: number) => string | number | null): Classes {
  const list = (axis: number, from: number): Classes => {
    if (axis === shape.length) return at(from);
    const size = sizeOf(shape.slice(axis + 1));
    return Array.from({ length: shape[axis] }, (_, index) => list(axis + 1, from + index * size));
  };
  return list(0, 0);
}
