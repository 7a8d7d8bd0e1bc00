import { lanes } from "./gemm-tile.ts";

/**
 * Stores alpha · sum + beta · addend for `rows` × `columns` sums that lie in rows of `sumsRow` bytes. All steps are bytes; an addend of 0
 * is none. The addend may be what is overwritten.
 */
export function finish<T extends number>(
  rows: i32,
  columns: i32,
  sums: usize,
  sumsRow: usize,
  out: usize,
  outRow: usize,
  outColumn: usize,
  addend: usize,
  addendRow: usize,
  addendColumn: usize,
  alpha: T,
  beta: T,
): void {
  const vectors = outColumn === sizeof<T>() && (addend === 0 || addendColumn === 0 || addendColumn === sizeof<T>());
  const alphas = v128.splat<T>(alpha);
  const betas = v128.splat<T>(beta);
  for (let i = 0; i < rows; i++) {
    let j = 0;
    let from = sums;
    let to = out;
    let plus = addend;
    if (vectors) {
      const full = columns - (columns % lanes<T>());
      if (addend === 0) {
        for (; j < full; j += lanes<T>()) {
          v128.store(to, v128.mul<T>(alphas, v128.load(from)));
          from += 16;
          to += 16;
        }
      } else if (addendColumn === 0) {
        const more = v128.mul<T>(betas, v128.load_splat<T>(plus));
        for (; j < full; j += lanes<T>()) {
          v128.store(to, v128.add<T>(v128.mul<T>(alphas, v128.load(from)), more));
          from += 16;
          to += 16;
        }
      } else {
        for (; j < full; j += lanes<T>()) {
          v128.store(to, v128.add<T>(v128.mul<T>(alphas, v128.load(from)), v128.mul<T>(betas, v128.load(plus))));
          from += 16;
          to += 16;
          plus += 16;
        }
      }
    }
    for (; j < columns; j++) {
      let value: T = <T>(alpha * load<T>(from));
      if (addend !== 0) value = <T>(value + beta * load<T>(plus));
      store<T>(to, value);
      from += sizeof<T>();
      to += outColumn;
      plus += addendColumn;
    }
    sums += sumsRow;
    out += outRow;
    if (addend !== 0) addend += addendRow;
  }
}
