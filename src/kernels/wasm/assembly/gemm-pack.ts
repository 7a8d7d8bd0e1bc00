// Packing: lines of a matrix, interleaved so that a tile finds what it needs next to each other.

/**
 * Packs `lines` lines of `k` elements into a panel of `width`: element p of every line lies together, zeros standing in for missing lines.
 * `line` and `step` are the bytes from a line to the next and from an element of a line to the next.
 */
export function pack<T extends number>(width: i32, lines: i32, k: i32, from: usize, line: usize, step: usize, to: usize): void {
  const row = <usize>width * sizeof<T>();
  if (lines < width) memory.fill(to, 0, <usize>k * row);
  if (line === sizeof<T>()) return packAcross(<usize>lines * sizeof<T>(), k, from, step, to, row);
  let done = 0;
  if (step === sizeof<T>()) {
    if (sizeof<T>() === 4) {
      for (; done + 4 <= lines; done += 4) {
        packFour(k, from, line, to, row);
        from += 4 * line;
        to += 16;
      }
      for (; done + 2 <= lines; done += 2) {
        packTwo(k, from, line, to, row);
        from += 2 * line;
        to += 8;
      }
    } else {
      for (; done + 2 <= lines; done += 2) {
        packTwoWide(k, from, line, to, row);
        from += 2 * line;
        to += 16;
      }
    }
  }
  for (; done < lines; done++) {
    packOne<T>(k, from, step, to, row);
    from += line;
    to += sizeof<T>();
  }
}

/** Lines that lie side by side: `bytes` of them are copied for every p. */
function packAcross(bytes: usize, k: i32, from: usize, step: usize, to: usize, row: usize): void {
  if (bytes === 32) {
    for (; k > 0; k--) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += step;
      to += row;
    }
    return;
  }
  for (; k > 0; k--) {
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
    if (bytes & 8) {
      store<u64>(to + at, load<u64>(from + at));
      at += 8;
    }
    if (bytes & 4) store<u32>(to + at, load<u32>(from + at));
    from += step;
    to += row;
  }
}

function packOne<T extends number>(k: i32, from: usize, step: usize, to: usize, row: usize): void {
  for (; k > 0; k--) {
    store<T>(to, load<T>(from));
    from += step;
    to += row;
  }
}

/** Four lines of float32: squares of 4 × 4 are transposed in registers. */
function packFour(k: i32, from: usize, line: usize, to: usize, row: usize): void {
  let from1 = from + line,
    from2 = from + 2 * line,
    from3 = from + 3 * line;
  for (; k >= 4; k -= 4) {
    const r0 = v128.load(from),
      r1 = v128.load(from1),
      r2 = v128.load(from2),
      r3 = v128.load(from3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5),
      high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5),
      high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
    to += row;
    v128.store(to, v128.shuffle<f64>(low01, low23, 1, 3));
    to += row;
    v128.store(to, v128.shuffle<f64>(high01, high23, 0, 2));
    to += row;
    v128.store(to, v128.shuffle<f64>(high01, high23, 1, 3));
    to += row;
    from += 16;
    from1 += 16;
    from2 += 16;
    from3 += 16;
  }
  for (; k > 0; k--) {
    store<u32>(to, load<u32>(from));
    store<u32>(to, load<u32>(from1), 4);
    store<u32>(to, load<u32>(from2), 8);
    store<u32>(to, load<u32>(from3), 12);
    from += 4;
    from1 += 4;
    from2 += 4;
    from3 += 4;
    to += row;
  }
}

/** Two lines of float32. */
function packTwo(k: i32, from: usize, line: usize, to: usize, row: usize): void {
  let from1 = from + line;
  for (; k >= 4; k -= 4) {
    const r0 = v128.load(from),
      r1 = v128.load(from1);
    const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5),
      high = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    v128.store_lane<f64>(to, low, 0);
    v128.store_lane<f64>(to + row, low, 1);
    to += 2 * row;
    v128.store_lane<f64>(to, high, 0);
    v128.store_lane<f64>(to + row, high, 1);
    to += 2 * row;
    from += 16;
    from1 += 16;
  }
  for (; k > 0; k--) {
    store<u32>(to, load<u32>(from));
    store<u32>(to, load<u32>(from1), 4);
    from += 4;
    from1 += 4;
    to += row;
  }
}

/** Two lines of float64. */
function packTwoWide(k: i32, from: usize, line: usize, to: usize, row: usize): void {
  let from1 = from + line;
  for (; k >= 2; k -= 2) {
    const r0 = v128.load(from),
      r1 = v128.load(from1);
    v128.store(to, v128.shuffle<f64>(r0, r1, 0, 2));
    v128.store(to + row, v128.shuffle<f64>(r0, r1, 1, 3));
    to += 2 * row;
    from += 16;
    from1 += 16;
  }
  if (k > 0) {
    store<u64>(to, load<u64>(from));
    store<u64>(to, load<u64>(from1), 8);
  }
}
