import { fold, withOperands } from "./fold.ts";
import type { Term } from "./term.ts";

/** The term with other terms in the place of symbols; a symbol stays where `replacement` is null. */
export const substituted = (term: Term, replacement: (name: string) => Term | null): Term =>
  fold<Term>(term, (part, operands) => (part.kind === "symbol" ? (replacement(part.name) ?? part) : withOperands(part, operands)));
