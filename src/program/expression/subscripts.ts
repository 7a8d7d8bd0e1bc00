import { operatorOf } from "../../ops/define.ts";
import type { Emitter } from "./emitter.ts";
import { faultIn } from "./fault.ts";
import type { FormulaTerm, Literal } from "./term.ts";
import { subscripting } from "./vocabulary.ts";

/** What stands between commas in the brackets behind a tensor, an axis each. */
export type Subscript = { readonly kind: "position"; readonly term: FormulaTerm; readonly at: number } | Range;

export interface Range {
  readonly kind: "range";
  readonly start: FormulaTerm | null;
  readonly end: FormulaTerm | null;
  readonly step: FormulaTerm | null;
  readonly at: number;
}

/** Beyond the end of any axis. */
const far = Number.MAX_SAFE_INTEGER;

/** `x[1:3, 0]`: all ranges at once, then the positions from the last axis to the first, each of which takes its axis away. */
export function subscripted(text: string, emitter: Emitter, x: FormulaTerm, subscripts: readonly Subscript[], at: number): FormulaTerm {
  const axes = subscripts.map((subscript, axis) => ({ subscript, axis }));
  const cuts = axes.flatMap(({ subscript, axis }) => (subscript.kind === "range" ? [boundsOf(text, subscript, axis)] : [])).filter(isCut);
  const many = subscripts.filter((subscript) => subscript.kind === "position" && !isNumber(subscript.term));
  if (many.length > 1) throw faultIn(text, many[1].at, "one place of several, or one that is computed, is taken along one axis at a time");
  let term = x;
  if (cuts.length > 0) {
    const lists = (["starts", "ends", "axes", "steps"] as const).map((list): Literal => ({
      kind: "literal",
      json: cuts.map((cut) => cut[list]),
      at,
    }));
    term = emitter.apply(subscripting("range"), [term, ...lists], at);
  }
  for (const { subscript, axis } of axes.toReversed()) {
    if (subscript.kind === "range") continue;
    if (subscript.term.kind === "unnamed" && operatorOf(subscript.term.node.op).category === "logic") {
      throw faultIn(text, subscript.at, "a place is a whole number; where(condition, x, 0) keeps the elements for which a condition holds");
    }
    const along: Literal = { kind: "literal", json: axis, at: subscript.at };
    term = emitter.apply(subscripting("position"), [term, subscript.term], at, new Map([["axis", along]]));
  }
  return { ...term, at };
}

interface Cut {
  readonly starts: number;
  readonly ends: number;
  readonly axes: number;
  readonly steps: number;
}

const isNumber = (term: FormulaTerm): boolean => term.kind === "literal" && typeof term.json === "number";

/** Whether a range leaves anything out, or turns it round. */
const isCut = ({ starts, ends, steps }: Cut): boolean => starts !== 0 || ends !== far || steps !== 1;

function boundsOf(text: string, { start, end, step }: Range, axis: number): Cut {
  const fixed = (bound: FormulaTerm | null, otherwise: number): number => {
    if (bound === null) return otherwise;
    if (bound.kind === "literal" && Number.isInteger(bound.json)) return Number(bound.json);
    throw faultIn(text, bound.at, "the bounds of a range are whole numbers, fixed in the program");
  };
  const steps = fixed(step, 1);
  return { starts: fixed(start, steps < 0 ? far : 0), ends: fixed(end, steps < 0 ? -far : far), axes: axis, steps };
}
