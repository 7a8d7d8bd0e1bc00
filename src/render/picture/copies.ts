import type { Piece, Wire } from "./scene.ts";

interface Tangle {
  readonly pieces: readonly Piece[];
  readonly wires: readonly Wire[];
}

/** Wires may pass so many columns of others, each, in a picture that stays readable; and all together, in one of few wires. */
const span = 3;
const leastBudget = 360;

/** The lengths, in columns, above which wires are cut, until what is left is short enough. */
const lengths = [24, 16, 12, 8, 6, 4, 3, 2, 1];

/**
 * In place of wires that pass many columns, such as those of a value that every step of a long chain takes, a copy of the value's name stands
 * where the wire ends. Layout takes longer with each column that a wire passes, and so does reading.
 */
export function withCopies({ pieces, wires }: Tangle): Tangle {
  const columns = columnsOf(pieces.length, wires);
  const passed = wires.map(({ from, to }) => Math.max(1, columns[to] - columns[from]));
  const budget = Math.max(leastBudget, span * wires.length);
  const total = (most: number): number => passed.reduce((sum, each) => sum + (each > most ? 1 : each), 0);
  if (total(Number.POSITIVE_INFINITY) <= budget) return { pieces, wires };
  const most = lengths.find((length) => total(length) <= budget) ?? 1;
  const copies: Piece[] = [];
  const shortened = wires.map((wire, at): Wire => {
    if (passed[at] <= most) return wire;
    copies.push(copyOfPiece(pieces[wire.from], wire));
    return { ...wire, from: pieces.length + copies.length - 1 };
  });
  return { pieces: [...pieces, ...copies], wires: shortened };
}

function copyOfPiece({ kind, lines, caption, title }: Piece, { data }: Wire): Piece {
  const text = kind === "operator" || kind === "group" ? (caption ?? data.from ?? "") : (lines[0]?.text ?? "");
  return {
    kind: "copy",
    name: data.from,
    lines: [{ text, style: "detail" }],
    caption: null,
    block: null,
    sum: null,
    title,
    isBirthplace: false,
  };
}

/** The column of each piece: one behind all that it takes, and what takes nothing stands before what takes it. */
function columnsOf(count: number, wires: readonly Wire[]): Int32Array {
  const leaving = Array.from({ length: count }, (): number[] => []);
  const waiting = new Int32Array(count);
  wires.forEach(({ from, to }) => {
    leaving[from].push(to);
    waiting[to]++;
  });
  const columns = new Int32Array(count);
  const isFirst = Array.from(waiting, (each) => each === 0);
  const order = isFirst.flatMap((first, at) => (first ? [at] : []));
  for (const at of order) {
    for (const to of leaving[at]) {
      columns[to] = Math.max(columns[to], columns[at] + 1);
      if (--waiting[to] === 0) order.push(to);
    }
  }
  isFirst.forEach((first, at) => {
    if (first && leaving[at].length > 0) columns[at] = Math.min(...leaving[at].map((to) => columns[to])) - 1;
  });
  return columns;
}
