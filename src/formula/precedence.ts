import { notationOf } from "./functions.ts";
import { numeralOf } from "./numeral.ts";
import type { Term } from "./term.ts";

/** How tightly a written term holds together; what holds less than its place asks for is put in parentheses. */
export const tightness = { relation: 0, sum: 1, negative: 2, product: 3, quotient: 4, power: 5, atom: 6 } as const;

export function tightnessOf(term: Term): number {
  switch (term.kind) {
    case "number": {
      const { mantissa, exponent } = numeralOf(term.value);
      if (term.value < 0) return tightness.negative;
      if (exponent === null) return tightness.atom;
      return mantissa === null ? tightness.power : tightness.product;
    }
    case "relation":
    case "cases":
      return tightness.relation;
    case "sum":
      return term.operands.length === 1 ? tightnessOf(term.operands[0]) : tightness.sum;
    case "words":
      return tightness.sum;
    case "negative":
      return tightness.negative;
    case "product":
    case "elementwise":
    case "matrixProduct":
      if (term.operands.length === 1) return tightnessOf(term.operands[0]);
      return term.operands.length > 0 && tightnessOf(term.operands[0]) === tightness.negative ? tightness.negative : tightness.product;
    case "quotient":
    case "partial":
      return tightness.quotient;
    case "power":
    case "transpose":
      return tightness.power;
    case "call":
      return isOpen(term) ? tightness.product : tightness.atom;
    case "constant":
    case "symbol":
    case "ellipsis":
    case "element":
      return tightness.atom;
  }
}

/** Whether what follows a written term would seem to be a part of it, as behind Σ x. */
const isOpen = (term: Term): boolean => term.kind === "call" && notationOf(term.name).prefix === true;

/** How tightly the factor at a place of a product must hold together. */
export function tightnessOfFactor(operands: readonly Term[], at: number): number {
  // Products of several kinds within each other could be read in two ways.
  const { kind } = operands[at];
  const isMixed =
    (kind === "elementwise" || kind === "matrixProduct") && operands.some((other, place) => place !== at && other.kind !== "number");
  if (isMixed) return tightness.power;
  if (at < operands.length - 1 && isOpen(operands[at])) return tightness.atom;
  return at === 0 ? tightness.negative : tightness.product;
}

/** What stands behind the sign of an addend: its magnitude, where the sign is minus. */
export function signed(term: Term): { readonly minus: boolean; readonly magnitude: Term } {
  if (term.kind === "negative") return { minus: true, magnitude: term.operands[0] };
  if (term.kind === "number" && term.value < 0) return { minus: true, magnitude: { ...term, value: -term.value } };
  return { minus: false, magnitude: term };
}

/** The exponent that is written behind a function's name, as in tanh² x. */
export function powerOfName(term: Term): { readonly called: Extract<Term, { kind: "call" }>; readonly exponent: Term } | null {
  if (term.kind !== "power") return null;
  const [called, exponent] = term.operands;
  if (called.kind !== "call" || notationOf(called.name).powersOfName !== true) return null;
  return exponent.kind === "number" && Number.isInteger(exponent.value) && exponent.value > 1 ? { called, exponent } : null;
}
