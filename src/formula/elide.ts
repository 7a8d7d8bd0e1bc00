import { fold, withOperands } from "./fold.ts";
import { ellipsis, type Term } from "./term.ts";

/** How much of a term is written. */
export interface Extent {
  /** Parts, counted as often as they are written; 400 unless told. */
  readonly parts?: number;
  /** How deep they lie in each other; 40 unless told. */
  readonly depth?: number;
}

/** The greatest number of operands of one part that are written. */
const most = 64;

/** The term with … for what would be too much to write or to read: what is deepest goes first. */
export function elided(term: Term, { parts = 400, depth = 40 }: Extent = {}): Term {
  const sizes = sizesOf(term);
  for (let allowed = depth; ; allowed = Math.floor(allowed / 2)) {
    const cut = cutAt(term, allowed, sizes, parts);
    if (cut !== null) return cut;
  }
}

/** The term without what is deeper than `depth`; null where more than `parts` are left. */
function cutAt(term: Term, depth: number, sizes: ReadonlyMap<Term, Size>, parts: number): Term | null {
  let left = parts;
  const cut = (part: Term, depth: number): Term => {
    left -= 1;
    if (left < 0 || (depth === 0 && part.operands.length > 0)) return ellipsis;
    const size = sizes.get(part);
    if (size !== undefined && size.depth <= depth && size.parts <= left + 1 && size.width <= most) {
      left -= size.parts - 1;
      return part;
    }
    return withOperands(
      part,
      shortened(part).map((operand) => cut(operand, depth - 1)),
    );
  };
  const result = cut(term, depth);
  return left < 0 && depth > 0 ? null : result;
}

/** The operands, or the first and the last of too many. */
function shortened({ kind, operands }: Term): readonly Term[] {
  const open = kind === "sum" || kind === "product" || kind === "elementwise" || kind === "matrixProduct" || kind === "call";
  return operands.length <= most || !open ? operands : [...operands.slice(0, 8), ellipsis, ...operands.slice(-1)];
}

interface Size {
  readonly parts: number;
  readonly depth: number;
  readonly width: number;
}

function sizesOf(term: Term): ReadonlyMap<Term, Size> {
  const sizes = new Map<Term, Size>();
  fold<Size>(term, (part, operands) => {
    const size = operands.reduce(
      (all, each) => ({
        parts: all.parts + each.parts,
        depth: Math.max(all.depth, each.depth + 1),
        width: Math.max(all.width, each.width),
      }),
      { parts: 1, depth: 0, width: operands.length },
    );
    sizes.set(part, size);
    return size;
  });
  return sizes;
}
