import type { Display } from "./define.ts";

/** A function application in LaTeX, with the first `shown` operands between the parentheses (all of them unless told). */
export function called(name: string, shown = Number.POSITIVE_INFINITY): Display["latex"] {
  return (operands) => String.raw`\operatorname{${name}}\left(${operands.slice(0, shown).join(", ")}\right)`;
}
