// Strided copies of elements of one, four or eight bytes: rows that are repeated, cut out or transposed.

import { offsetAt, placesOf, walkBytes } from "./axes.ts";
import { CopyBlock } from "./blocks.ts";

export function copy_1(block: CopyBlock, part: i32, parts: i32): void {
  copy<u8>(block, part, parts);
}

export function copy_4(block: CopyBlock, part: i32, parts: i32): void {
  copy<u32>(block, part, parts);
}

export function copy_8(block: CopyBlock, part: i32, parts: i32): void {
  copy<u64>(block, part, parts);
}

/** Rows and columns of a piece that is transposed at a time: what it reads and writes stays in the first cache. */
const edge: i32 = 32;

function copy<E extends number>(block: CopyBlock, part: i32, parts: i32): void {
  const from = block.from,
    to = block.to;
  const columns = block.columns,
    step = <usize>block.step;
  const rows = block.rows,
    fromRow = <usize>block.fromRow,
    toRow = <usize>block.toRow;
  const axes = block.axes;
  const reads = changetype<usize>(block) + offsetof<CopyBlock>();
  const writes = reads + walkBytes(axes);
  const strips = (rows + edge - 1) / edge;
  const jobs: i64 = <i64>placesOf(reads, axes) * strips;
  const end = <i32>((jobs * (part + 1)) / parts);
  for (let job = <i32>((jobs * part) / parts); job < end; job++) {
    const place = job / strips;
    const row = (job % strips) * edge;
    const source = from + (offsetAt(reads, axes, place) + <usize>row * fromRow) * sizeof<E>();
    const target = to + (offsetAt(writes, axes, place) + <usize>row * toRow) * sizeof<E>();
    const height = min(edge, rows - row);
    if (step === 0 || step === 1) {
      for (let r: usize = 0; r < <usize>height; r++) {
        const start = source + r * fromRow * sizeof<E>();
        copyRow<E>(start, target + r * toRow * sizeof<E>(), columns, step === 0);
      }
    } else {
      for (let column = 0; column < columns; column += edge) {
        const offset = <usize>column * step * sizeof<E>();
        const piece = target + <usize>column * sizeof<E>();
        copyPiece<E>(source + offset, piece, min(edge, columns - column), step, height, fromRow, toRow);
      }
    }
  }
}

/** Copies a row, or fills one with its first element. */
function copyRow<E extends number>(from: usize, to: usize, columns: i32, isFill: bool): void {
  const end = to + <usize>columns * sizeof<E>();
  if (isFill) {
    const element = load<E>(from);
    const all = v128.splat<E>(element);
    for (; to + 16 <= end; to += 16) v128.store(to, all);
    for (; to < end; to += sizeof<E>()) store<E>(to, element);
  } else {
    for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
    for (; to < end; to += sizeof<E>(), from += sizeof<E>()) store<E>(to, load<E>(from));
  }
}

function copyPiece<E extends number>(from: usize, to: usize, columns: i32, step: usize, rows: i32, fromRow: usize, toRow: usize): void {
  for (let row = 0; row < rows; row++) {
    let source = from;
    const end = to + <usize>columns * sizeof<E>();
    for (let target = to; target < end; target += sizeof<E>(), source += step * sizeof<E>()) store<E>(target, load<E>(source));
    from += fromRow * sizeof<E>();
    to += toRow * sizeof<E>();
  }
}
