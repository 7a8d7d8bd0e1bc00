import { call, indexedCall, omitted, type Term } from "../formula/term.ts";
import type { Display } from "./define.ts";

/** Whether an optional operand is there. */
export const isGiven = (operand: Term | undefined): operand is Term => operand !== undefined && operand !== omitted;

/** A function application, with the first `shown` operands between the parentheses (all of them unless told). */
export const called =
  (name: string, shown = Number.POSITIVE_INFINITY): Display["formula"] =>
  (operands) =>
    call(name, ...operands.slice(0, shown).filter(isGiven));

/** A reduction, with the axes below its name where they are given. */
export const reduced =
  (name: string): Display["formula"] =>
  ([data, axes]) =>
    isGiven(axes) ? indexedCall(name, axes, data) : call(name, data);
