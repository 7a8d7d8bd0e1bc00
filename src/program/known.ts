import { has, type Operator } from "../ops/define.ts";
import { inputSpec } from "./dtypes.ts";
import type { Linked } from "./graph/link.ts";

/** Marks the values whose numbers some node needs in advance, itself or through the nodes before it. */
export function valuesToKnow(ordered: Int32Array, linked: Linked, ops: readonly Operator[]): Uint8Array {
  const { operands, firstOperand, producer } = linked;
  const marked = new Uint8Array(linked.values);
  const needed = new Uint8Array(ops.length);
  for (let at = ordered.length - 1; at >= 0; at--) {
    const node = ordered[at];
    const op = ops[node];
    const all = needed[node] === 1 && !has(op, "shapeOnly");
    for (let offset = firstOperand[node]; offset < firstOperand[node + 1]; offset++) {
      const value = operands[offset];
      if (value < 0 || !(all || inputSpec(op, offset - firstOperand[node])?.static === true)) continue;
      marked[value] = 1;
      if (producer[value] >= 0) needed[producer[value]] = 1;
    }
  }
  return marked;
}
