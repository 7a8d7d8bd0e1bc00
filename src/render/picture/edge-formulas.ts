import { simplified } from "../../formula/simplify.ts";
import { call, elementwise, negative, number, partial, product, symbol, type Term } from "../../formula/term.ts";
import { textOf } from "../../formula/text.ts";
import { has, operatorOf } from "../../ops/define.ts";
import { sameShape } from "../../tensor/shape.ts";
import { passedBack } from "../explain/rules.ts";
import type { Symbols } from "../explain/symbols.ts";
import type { Portrait, PortrayedEdge } from "../portrait.ts";

/** What flows back along an edge as a formula, such as ∂L/∂y·y²; null where there is none, or it is the seed's. */
export type EdgeFormula = (edge: PortrayedEdge) => string | null;

/** Writes formulas of edges in the names that are given: what comes back to the node, times the node's own derivative. */
export function edgeFormulas({ objective }: Portrait, symbols: Symbols, digits: number): EdgeFormula {
  const top = objective?.name ?? null;
  if (top === null) return () => null;
  return (edge) => {
    const { to, gradient } = edge;
    if (gradient === null) return null;
    const result = symbol(symbols.nameOf(to.name));
    const upstream = to.name === top ? null : partial(symbol(symbols.nameOf(top)), result);
    const term = flowingBack(edge, symbols.operandsOf(to), upstream, result);
    return term === null ? null : textOf(term, { digits });
  };
}

/** Where nothing comes from beyond, it is the 1 of the seed, or what the client gives in its place. */
function flowingBack(edge: PortrayedEdge, operands: readonly Term[], upstream: Term | null, result: Term): Term | null {
  const { from, input } = edge;
  const { op, attributes, outputs } = edge.to.node;
  const operator = operatorOf(op);
  const isNumber = outputs[0].shape.length === 0;
  const seed = isNumber ? number(1) : symbol("δ");
  const derivative =
    isNumber || has(operator, "elementwise") ? (operator.display.derivatives?.(operands, attributes)[input] ?? null) : null;
  if (derivative === null) return passedBack(edge, operands, upstream ?? seed, result);
  const local = simplified(derivative);
  const back = isNumber ? (upstream === null ? local : times(upstream, local, product)) : times(upstream ?? seed, local, elementwise);
  // What was repeated to fit the others is summed on the way back.
  return sameShape(from.value.shape, outputs[0].shape) ? back : call("Σ", back);
}

function times(upstream: Term, local: Term, multiply: (a: Term, b: Term) => Term): Term {
  if (local.kind !== "number" || Math.abs(local.value) !== 1) return multiply(upstream, local);
  return local.value === 1 ? upstream : negative(upstream);
}
