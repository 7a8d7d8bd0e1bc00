// Convolutions as products of the filters with a matrix that is never made: row q of it, seen from a window's start, lies at one fixed
// distance for all windows of a box. Where windows are neighbours, tiles read the box itself; else panels of it are gathered.

import { madd, scratch } from "./base";
import { axisAt, axisBytes, boxSize, fillBox, placeTaps, setAxis, tapsOf } from "./conv-box";
import { finish } from "./gemm-finish";
import { pack } from "./gemm-pack";
import { shareOf } from "./gemm-share";
import { foursIn, lanes, scatteredTileOf, tall, tallsIn, wide } from "./gemm-tile";

/** Products of a sum at a time. */
const innerAtOnce: i32 = 256;
/** Bytes of a row of a gathered panel. */
const panelRow: i32 = 32;

// The convolution at hand. Steps of results are in bytes.
let inner: i32 = 0;
let boxed: bool = false;
let out: usize = 0;
let outFilter: usize = 0;
let outStep0: usize = 0;
let outStep1: usize = 0;
let outStep2: usize = 0;

// Scratch memory, after the axes.
let spare: usize = 0;
let starts: usize = 0;
let places: usize = 0;
let panelPlaces: usize = 0;
let panel: usize = 0;
let windows: usize = 0;
let packedFilters: usize = 0;
let box: usize = 0;

/** Lays out the scratch memory; ../conv-plan.ts counts on what this takes. */
function layOut<T>(filters: i32): void {
  spare = scratch + axisBytes;
  starts = spare + 256;
  windows = starts + <usize>(filters + tall) * 8;
  panelPlaces = windows + 64;
  panel = panelPlaces + innerAtOnce * 4;
  places = panel + innerAtOnce * panelRow;
  packedFilters = places + <usize>inner * 4;
  box = packedFilters + <usize>(filters + tall) * <usize>inner * sizeof<T>();
}

/**
 * y[n, m, o] = bias[m] + the sum over channels c of m's group and taps t of x[n, c, window o at t] · w[m, c, t], for `filters` filters and
 * `channels` channels of each group. Steps are in elements: `wTap0` to `wTap2` from a tap to the next along each axis, `y0` to `y2` from
 * a window to the next. The windows are described as `Axis` says; `block` filters are packed at a time.
 */
// @ts-ignore: decorator
@inline
function conv<T>(
  x: usize, w: usize, bias: usize, y: usize, batch: i32, groups: i32, channels: i32, filters: i32, block: i32, isBoxed: i32,
  wFilter: i32, wChannel: i32, wGroup: i32, yFilter: i32,
  size0: i32, low0: i32, taps0: i32, tap0: i32, pace0: i32, outs0: i32, band0: i32, wTap0: i32, y0: i32,
  size1: i32, low1: i32, taps1: i32, tap1: i32, pace1: i32, outs1: i32, band1: i32, wTap1: i32, y1: i32,
  size2: i32, low2: i32, taps2: i32, tap2: i32, pace2: i32, outs2: i32, band2: i32, wTap2: i32, y2: i32,
  part: i32, parts: i32,
): void {
  boxed = isBoxed != 0;
  setAxis(0, size0, low0, taps0, tap0, pace0, outs0, band0, boxed);
  setAxis(1, size1, low1, taps1, tap1, pace1, outs1, band1, boxed);
  setAxis(2, size2, low2, taps2, tap2, pace2, outs2, band2, boxed);
  const size = <i32>sizeof<T>();
  inner = channels * tapsOf();
  outFilter = yFilter * size;
  outStep0 = y0 * size;
  outStep1 = y1 * size;
  outStep2 = y2 * size;
  layOut<T>(block);
  placeTaps<T>(channels, places);
  for (let p = 0; p < innerAtOnce; p++) store<u32>(panelPlaces + <usize>p * 4, p * panelRow);
  if (boxed) memory.fill(box, 0, <usize>(channels * boxSize()) * sizeof<T>());
  // Images are shared out where there are enough of them, else filters.
  const byImages = batch >= 4 * parts || batch % parts == 0;
  const firstImage = byImages ? shareOf(batch, 1, part, parts) : 0;
  const endImage = byImages ? shareOf(batch, 1, part + 1, parts) : batch;
  const firstFilter = byImages ? 0 : shareOf(filters, tall, part, parts);
  const endFilter = byImages ? filters : shareOf(filters, tall, part + 1, parts);
  if (firstImage == endImage) return;
  const image = channels * size0 * size1 * size2 * size;
  const origin = boxed ? 0 : ((low0 * size1 + low1) * size2 + low2) * size;
  for (let group = 0; group < groups; group++) {
    for (let filter = firstFilter; filter < endFilter; filter += block) {
      const rows = min(block, endFilter - filter);
      const first = group * filters + filter;
      packFilters<T>(w + <usize>((group * wGroup + filter * wFilter) * size), rows, channels, wFilter, wChannel, wTap0, wTap1, wTap2);
      for (let row = 0; row < rows + tall; row++) {
        // Adding 0 makes a negative zero positive: it must not decide the sign of a sum of zeros.
        store<T>(starts + <usize>row * sizeof<T>(), bias == 0 || row >= rows ? 0 : <T>(load<T>(bias + <usize>(first + row) * sizeof<T>()) + 0));
      }
      for (let n = firstImage; n < endImage; n++) {
        const from = x + <usize>(n * groups + group) * <usize>image;
        const to = y + <usize>((n * groups * filters + first) * yFilter * size);
        for (let i = 0; i < outs0; i += band0) {
          for (let j = 0; j < outs1; j += band1) {
            for (let o = 0; o < outs2; o += band2) {
              if (boxed) fillBox<T>(from, channels, i, j, o, box);
              out = to + <usize>i * outStep0 + <usize>j * outStep1 + <usize>o * outStep2;
              const at = boxed ? box : from + <usize>origin;
              multiplyBand<T>(at, rows, min(band0, outs0 - i), min(band1, outs1 - j), min(band2, outs2 - o));
            }
          }
        }
      }
    }
  }
}

/** Packs filters into panels, part after part of the inner index. */
function packFilters<T>(w: usize, rows: i32, channels: i32, wFilter: i32, wChannel: i32, wTap0: i32, wTap1: i32, wTap2: i32): void {
  const size = <i32>sizeof<T>();
  const taps = tapsOf();
  const a = axisAt(0),
    b = axisAt(1),
    c = axisAt(2);
  const fours = foursIn(rows);
  const talls = tallsIn(rows, fours);
  const padded = talls * tall + fours * 4;
  const isRun = wTap2 == 1 && wTap1 == c.taps && wTap0 == b.taps * c.taps && wChannel == taps;
  for (let p = 0; p < inner; p += innerAtOnce) {
    const length = min(innerAtOnce, inner - p);
    for (let panel = 0; panel < talls + fours; panel++) {
      const at = panel < talls ? panel * tall : talls * tall + 4 * (panel - talls);
      const height = panel < talls ? tall : 4;
      const count = min(height, rows - at);
      const to = packedFilters + <usize>(p * padded + at * length) * sizeof<T>();
      const from = w + <usize>(at * wFilter * size);
      if (isRun) {
        pack<T>(height, count, length, from + <usize>(p * size), wFilter * size, size, to);
        continue;
      }
      for (let q = 0; q < length; q++) {
        const channel = (p + q) / taps;
        const tap = (p + q) % taps;
        const t0 = tap / (b.taps * c.taps);
        const t1 = (tap / c.taps) % b.taps;
        const place = channel * wChannel + t0 * wTap0 + t1 * wTap1 + (tap % c.taps) * wTap2;
        for (let row = 0; row < height; row++) {
          const value: T = row < count ? load<T>(from + <usize>((place + row * wFilter) * size)) : 0;
          store<T>(to + <usize>((q * height + row) * size), value);
        }
      }
    }
  }
}

/** The results of `rows` filters for a band of `first` × `second` rows of `outs` windows. */
function multiplyBand<T>(from: usize, rows: i32, first: i32, second: i32, outs: i32): void {
  const b = axisAt(1),
    c = axisAt(2);
  const rowBytes = <usize>c.box * sizeof<T>();
  const single = inner <= innerAtOnce;
  const fewest = lanes<T>();
  // Three rows of four would be empty, as where every channel has a filter of its own.
  const alone = rows == 1 && single && outs >= fewest && outStep2 == sizeof<T>();
  let p = 0;
  do {
    const length = min(innerAtOnce, inner - p);
    if (c.pace != 1 || outs < fewest) {
      gatherBand<T>(from, rows, p, length, first, second, outs);
    } else {
      for (let i = 0; i < first; i++) {
        for (let j = 0; j < second; j++) {
          const row = from + <usize>(i * axisAt(0).pace * b.box + j * b.pace) * rowBytes;
          const to = out + <usize>i * outStep0 + <usize>j * outStep1;
          if (alone) {
            slideAlone<T>(row, outs, to);
            continue;
          }
          for (let o = 0; o < outs; o += wide<T>()) {
            const vectors = outs - o > lanes<T>() ? 2 : 1;
            const width = vectors * lanes<T>();
            // The last tile of a row may compute a few windows again rather than some that do not exist.
            const at = single && o + width > outs && outs >= width ? outs - width : o;
            multiplyPanel<T>(rows, p, length, row + <usize>at * sizeof<T>(), places + <usize>p * 4, vectors, min(width, outs - at), to + <usize>at * outStep2);
          }
        }
      }
    }
    p += innerAtOnce;
  } while (p < inner);
}

/** A single filter for a row of windows that are neighbours, four vectors at a time; the last ones may be computed again. */
function slideAlone<T>(from: usize, outs: i32, to: usize): void {
  const four = 4 * lanes<T>();
  let o = 0;
  if (outs >= four) {
    for (; o < outs; o += four) {
      const at = <usize>min(o, outs - four) * sizeof<T>();
      let c0 = v128.load_splat<T>(starts);
      let c1 = c0,
        c2 = c0,
        c3 = c0;
      for (let q = 0; q < inner; q++) {
        const weight = v128.load_splat<T>(packedFilters + <usize>(4 * q) * sizeof<T>());
        const tap = from + at + <usize>load<u32>(places + <usize>q * 4);
        c0 = madd<T>(weight, v128.load(tap), c0);
        c1 = madd<T>(weight, v128.load(tap, 16), c1);
        c2 = madd<T>(weight, v128.load(tap, 32), c2);
        c3 = madd<T>(weight, v128.load(tap, 48), c3);
      }
      v128.store(to + at, c0);
      v128.store(to + at, c1, 16);
      v128.store(to + at, c2, 32);
      v128.store(to + at, c3, 48);
    }
    return;
  }
  for (; o < outs; o += lanes<T>()) {
    const at = <usize>min(o, outs - lanes<T>()) * sizeof<T>();
    let sum = v128.load_splat<T>(starts);
    for (let q = 0; q < inner; q++) {
      const weight = v128.load_splat<T>(packedFilters + <usize>(4 * q) * sizeof<T>());
      sum = madd<T>(weight, v128.load(from + at + <usize>load<u32>(places + <usize>q * 4)), sum);
    }
    v128.store(to + at, sum);
  }
}

/** All filters for the windows of one panel, whose first result lies at `to`. */
function multiplyPanel<T>(rows: i32, p: i32, length: i32, from: usize, at: usize, vectors: i32, across: i32, to: usize): void {
  const fours = foursIn(rows);
  const talls = tallsIn(rows, fours);
  const filters = packedFilters + <usize>(p * (talls * tall + fours * 4)) * sizeof<T>();
  const whole = across == vectors * lanes<T>() && outStep2 == sizeof<T>();
  for (let panel = 0; panel < talls + fours; panel++) {
    const row = panel < talls ? panel * tall : talls * tall + 4 * (panel - talls);
    const height = panel < talls ? tall : 4;
    const down = min(height, rows - row);
    const a = filters + <usize>(row * length) * sizeof<T>();
    const target = to + <usize>row * outFilter;
    const start = p == 0 ? starts + <usize>row * sizeof<T>() : starts + <usize>rows * sizeof<T>();
    if (whole && down == height) {
      scatteredTileOf<T>(height, vectors, length, a, from, at, target, outFilter, p > 0, start);
      continue;
    }
    scatteredTileOf<T>(height, vectors, length, a, from, at, spare, panelRow, false, start);
    finish<T>(down, across, spare, panelRow, target, outFilter, outStep2, p > 0 ? target : 0, outFilter, outStep2, 1, 1);
  }
}

/** A band whose windows are not neighbours, or too few in a row: panels of them are gathered, across rows. */
function gatherBand<T>(from: usize, rows: i32, p: i32, length: i32, first: i32, second: i32, outs: i32): void {
  const a = axisAt(0),
    b = axisAt(1),
    c = axisAt(2);
  const count = first * second * outs;
  const flat = outStep2 == sizeof<T>() && (second == 1 || outStep1 == <usize>outs * outStep2) && (first == 1 || outStep0 == <usize>(second * outs) * outStep2);
  for (let window = 0; window < count; window += wide<T>()) {
    const across = min(wide<T>(), count - window);
    for (let lane = 0; lane < wide<T>(); lane++) {
      const at = min(window + lane, count - 1);
      const row = at / outs;
      const place = (row / second) * a.pace * b.box * c.box + (row % second) * b.pace * c.box + (at % outs) * c.pace;
      store<u32>(windows + <usize>lane * 4, place * <i32>sizeof<T>());
    }
    for (let q = 0; q < length; q++) {
      const tap = from + <usize>load<u32>(places + <usize>(p + q) * 4);
      const to = panel + <usize>(q * panelRow);
      for (let lane = 0; lane < wide<T>(); lane++) {
        store<T>(to + <usize>lane * sizeof<T>(), load<T>(tap + <usize>load<u32>(windows + <usize>lane * 4)));
      }
    }
    if (flat) {
      multiplyPanel<T>(rows, p, length, panel, panelPlaces, across > lanes<T>() ? 2 : 1, across, out + <usize>window * sizeof<T>());
      continue;
    }
    for (let lane = 0; lane < across; lane++) {
      const row = (window + lane) / outs;
      const to = out + <usize>(row / second) * outStep0 + <usize>(row % second) * outStep1 + <usize>((window + lane) % outs) * outStep2;
      multiplyPanel<T>(rows, p, length, panel + <usize>lane * sizeof<T>(), panelPlaces, 1, 1, to);
    }
  }
}

export function conv_float32(
  x: usize, w: usize, bias: usize, y: usize, batch: i32, groups: i32, channels: i32, filters: i32, block: i32, boxed: i32,
  wFilter: i32, wChannel: i32, wGroup: i32, yFilter: i32,
  size0: i32, low0: i32, taps0: i32, tap0: i32, pace0: i32, outs0: i32, band0: i32, wTap0: i32, y0: i32,
  size1: i32, low1: i32, taps1: i32, tap1: i32, pace1: i32, outs1: i32, band1: i32, wTap1: i32, y1: i32,
  size2: i32, low2: i32, taps2: i32, tap2: i32, pace2: i32, outs2: i32, band2: i32, wTap2: i32, y2: i32,
  part: i32, parts: i32,
): void {
  conv<f32>(
    x, w, bias, y, batch, groups, channels, filters, block, boxed, wFilter, wChannel, wGroup, yFilter,
    size0, low0, taps0, tap0, pace0, outs0, band0, wTap0, y0, size1, low1, taps1, tap1, pace1, outs1, band1, wTap1, y1,
    size2, low2, taps2, tap2, pace2, outs2, band2, wTap2, y2, part, parts,
  );
}

export function conv_float64(
  x: usize, w: usize, bias: usize, y: usize, batch: i32, groups: i32, channels: i32, filters: i32, block: i32, boxed: i32,
  wFilter: i32, wChannel: i32, wGroup: i32, yFilter: i32,
  size0: i32, low0: i32, taps0: i32, tap0: i32, pace0: i32, outs0: i32, band0: i32, wTap0: i32, y0: i32,
  size1: i32, low1: i32, taps1: i32, tap1: i32, pace1: i32, outs1: i32, band1: i32, wTap1: i32, y1: i32,
  size2: i32, low2: i32, taps2: i32, tap2: i32, pace2: i32, outs2: i32, band2: i32, wTap2: i32, y2: i32,
  part: i32, parts: i32,
): void {
  conv<f64>(
    x, w, bias, y, batch, groups, channels, filters, block, boxed, wFilter, wChannel, wGroup, yFilter,
    size0, low0, taps0, tap0, pace0, outs0, band0, wTap0, y0, size1, low1, taps1, tap1, pace1, outs1, band1, wTap1, y1,
    size2, low2, taps2, tap2, pace2, outs2, band2, wTap2, y2, part, parts,
  );
}
