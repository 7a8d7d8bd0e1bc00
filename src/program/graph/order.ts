import { Problem } from "../../problems/problems.ts";
import { type Draft, faultAt, nameOf } from "../draft.ts";
import type { Linked } from "./link.ts";

/**
 * The nodes in an order in which each comes after those it depends on. Nodes stay in the order given wherever that is one already: one
 * that is used too early brings what it needs before itself. Linear, with a stack of its own in place of recursion. Throws cycle.
 */
export function order(draft: Draft, linked: Linked): Int32Array {
  const count = draft.nodes.length;
  const { firstOperand, operands, producer } = linked;
  const ordered = new Int32Array(count);
  let placed = 0;
  /** Where the walk through a node's operands goes on; -1 once the node is placed. 0 means not begun: offsets are kept plus one. */
  const next = new Int32Array(count);
  const stack = new Int32Array(count);
  for (let root = 0; root < count; root++) {
    if (next[root] !== 0) continue;
    let depth = 0;
    stack[0] = root;
    next[root] = firstOperand[root] + 1;
    while (depth >= 0) {
      const node = stack[depth];
      const at = next[node] - 1;
      if (at === firstOperand[node + 1]) {
        next[node] = -1;
        ordered[placed++] = node;
        depth--;
        continue;
      }
      next[node]++;
      const source = operands[at] < 0 ? -1 : producer[operands[at]];
      if (source < 0 || next[source] === -1) continue;
      if (next[source] !== 0) throw cycle(draft, stack.subarray(stack.indexOf(source), depth + 1));
      next[source] = firstOperand[source] + 1;
      stack[++depth] = source;
    }
  }
  return ordered;
}

/** So many names of a long path are written out, half from either end. */
const mostNames = 20;

/** `path` goes from each node to one it depends on, and from the last to the first; data flows the other way. */
function cycle(draft: Draft, path: Int32Array): Problem {
  const names = Array.from(path, (node) => nameOf(draft.nodes[node]) ?? draft.nodes[node].op).reverse();
  names.unshift(names[names.length - 1]);
  const half = mostNames / 2;
  const left = names.length - mostNames;
  const written = left > 1 ? [...names.slice(0, half), `… (${left} more)`, ...names.slice(-half)] : names;
  const detail = `The graph has a cycle: ${written.join(" → ")}`;
  const first = path[0];
  return new Problem("cycle", detail, [faultAt(draft.locate("nodes", first), `${names[0]} depends on its own result`)]);
}
