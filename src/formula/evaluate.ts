import { fold } from "./fold.ts";
import { notationOf } from "./functions.ts";
import type { Term, TermOf } from "./term.ts";

/** Functions beyond those of `functions`, by their names. */
export type FunctionValues = Readonly<Record<string, (...operands: number[]) => number>>;

/** The number that a term is when its symbols are; NaN where it is no formula of numbers. */
export const evaluated = (term: Term, valueOf: (name: string) => number, others: FunctionValues = {}): number =>
  fold<number>(term, (part, operands) => {
    const [first, second] = operands;
    switch (part.kind) {
      case "number":
      case "constant":
        return part.value;
      case "symbol":
        return valueOf(part.name);
      case "sum":
        return operands.reduce((total, each) => total + each, 0);
      case "product":
      case "elementwise":
      case "matrixProduct":
        return operands.reduce((total, each) => total * each, 1);
      case "negative":
        return -first;
      case "quotient":
        return first / second;
      case "power":
        return part.operands[0].kind === "constant" && first === Math.E ? Math.exp(second) : first ** second;
      case "transpose":
        return first;
      case "call":
        return valueOfCall(part, operands, others);
      case "relation":
        if (part.signs.length === 1 && part.signs[0] === "mod") return first - second * Math.floor(first / second);
        return Number(part.signs.every((sign, at) => holds(sign, operands[at], operands[at + 1])));
      case "cases":
        return chosen(operands);
      case "partial":
      case "element":
      case "words":
      case "ellipsis":
        return Number.NaN;
    }
  });

function valueOfCall({ name, index }: TermOf<"call">, operands: readonly number[], others: FunctionValues): number {
  const { value, indexed } = notationOf(name);
  if (index !== null) return index.kind === "number" && indexed !== undefined ? indexed(index.value, operands[0]) : Number.NaN;
  return (value ?? (Object.hasOwn(others, name) ? others[name] : () => Number.NaN))(...operands);
}

function holds(sign: string, left: number, right: number): boolean {
  switch (sign) {
    case "<":
      return left < right;
    case "≤":
      return left <= right;
    case ">":
      return left > right;
    case "≥":
      return left >= right;
    case "=":
      return left === right;
    case "≠":
      return left !== right;
    case "∧":
      return left !== 0 && right !== 0;
    case "∨":
      return left !== 0 || right !== 0;
    case "⊕":
      return (left !== 0) !== (right !== 0);
    default:
      return false;
  }
}

/** The first value whose condition holds, or the last one. */
function chosen(operands: readonly number[]): number {
  for (let at = 0; at + 1 < operands.length; at += 2) if (operands[at + 1] !== 0) return operands[at];
  return operands.at(-1) ?? Number.NaN;
}
