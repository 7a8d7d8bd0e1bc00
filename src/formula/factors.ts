import { exactProduct } from "./exact.ts";
import type { Term } from "./term.ts";

/** Bases with their powers, above or below the line of a fraction. */
export type Powers = Map<Term, number>;

/** What everybody knows by heart. */
const landmarks: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  ln: { 1: 0 },
  sqrt: { 0: 0, 1: 1, 4: 2, 9: 3, 16: 4, 25: 5, 36: 6, 49: 7, 64: 8, 81: 9, 100: 10 },
  sin: { 0: 0 },
  cos: { 0: 1 },
  tan: { 0: 0 },
  sinh: { 0: 0 },
  cosh: { 0: 1 },
  tanh: { 0: 0 },
  arctan: { 0: 0 },
};

export const landmark = (name: string, of: number): number | undefined => landmarks[name]?.[of];

/** An exponent by which factors are counted. */
export const isCount = (term: Term): term is Term & { readonly value: number } =>
  term.kind === "number" && Number.isSafeInteger(term.value) && term.value > 0;

export const isZero = (term: Term): boolean => term.kind === "number" && term.value === 0;

/** Numbers come first, then what has a sign of its own, then symbols with their powers. */
export function rank({ kind, operands }: Term): number {
  if (kind === "number") return 0;
  if (kind === "constant") return 1;
  return kind === "symbol" || (kind === "power" && operands[0].kind === "symbol") ? 2 : 3;
}

export function setOrDelete(powers: Powers, base: Term, count: number): void {
  if (count === 0) powers.delete(base);
  else powers.set(base, count);
}

/** A power of a number, where it is short. */
export function workedOut(base: number, exponent: number): number | null {
  if (exponent > 64) return base === 0 || base === 1 ? base : null;
  let result: number | null = 1;
  for (let step = 0; step < exponent && result !== null; step++) result = exactProduct(result, base);
  return result;
}
