// Convolutions as products of the filters with a matrix that is never made: row q of it, seen from a window's start, lies at one fixed
// distance for all windows of a box. Where windows are neighbours, tiles read the box itself; else panels of it are gathered.

import { madd, scratch } from "./base.ts";
import { BoxAxis, ConvBlock } from "./blocks.ts";
import { boxSize, fillBox, placeTaps, setAxes, tapsOf } from "./conv-box.ts";
import { boxOffset, spareFilters, tableBytes } from "./conv-scratch.ts";
import { finish } from "./gemm-finish.ts";
import { pack } from "./gemm-pack.ts";
import { shareOf } from "./gemm-share.ts";
import { foursIn, lanes, scatteredTileOf, tall, tallsIn, wide } from "./gemm-tile.ts";

/** Products of a sum at a time. */
const innerAtOnce: i32 = 256;
/** Bytes of a row of a gathered panel. */
const panelRow: i32 = 32;

// The convolution at hand. Steps of results are in bytes.
let inner: i32 = 0;
let outerAxis = changetype<BoxAxis>(0);
let middleAxis = changetype<BoxAxis>(0);
let innerAxis = changetype<BoxAxis>(0);
let boxed: bool = false;
let out: usize = 0;
let outFilter: usize = 0;
let outStep0: usize = 0;
let outStep1: usize = 0;
let outStep2: usize = 0;

// Scratch memory.
let spare: usize = 0;
let starts: usize = 0;
let places: usize = 0;
let panelPlaces: usize = 0;
let panel: usize = 0;
let windows: usize = 0;
let packedFilters: usize = 0;
let box: usize = 0;

/** Lays out the scratch memory, of which this needs as much as `boxOffset` says before the box. */
function layOut<T extends number>(filters: i32): void {
  spare = scratch;
  windows = spare + 256;
  panelPlaces = windows + 64;
  panel = panelPlaces + innerAtOnce * 4;
  starts = scratch + tableBytes;
  places = starts + <usize>(filters + spareFilters) * 8;
  packedFilters = places + <usize>inner * 4;
  box = scratch + <usize>boxOffset(filters, inner, <i32>sizeof<T>());
}

export function conv_float32(block: ConvBlock, part: i32, parts: i32): void {
  conv<f32>(block, part, parts);
}

export function conv_float64(block: ConvBlock, part: i32, parts: i32): void {
  conv<f64>(block, part, parts);
}

function conv<T extends number>(given: ConvBlock, part: i32, parts: i32): void {
  outerAxis = given.outer;
  middleAxis = given.middle;
  innerAxis = given.inner;
  setAxes(outerAxis, middleAxis, innerAxis);
  boxed = given.boxed !== 0;
  const batch = given.batch,
    groups = given.groups,
    channels = given.channels,
    filters = given.filters,
    block = given.block;
  const outs0 = outerAxis.outs,
    outs1 = middleAxis.outs,
    outs2 = innerAxis.outs;
  const band0 = outerAxis.band,
    band1 = middleAxis.band,
    band2 = innerAxis.band;
  const bias = given.bias,
    yFilter = given.yFilter;
  const size = <i32>sizeof<T>();
  inner = channels * tapsOf();
  outFilter = yFilter * size;
  outStep0 = given.ySteps.outer * size;
  outStep1 = given.ySteps.middle * size;
  outStep2 = given.ySteps.inner * size;
  layOut<T>(block);
  placeTaps<T>(channels, places);
  for (let p = 0; p < innerAtOnce; p++) store<u32>(panelPlaces + <usize>p * 4, p * panelRow);
  if (boxed) memory.fill(box, 0, <usize>(channels * boxSize()) * sizeof<T>());
  // Images are shared out where there are enough of them, else filters.
  const byImages = batch >= 4 * parts || batch % parts === 0;
  const firstImage = byImages ? shareOf(batch, 1, part, parts) : 0;
  const endImage = byImages ? shareOf(batch, 1, part + 1, parts) : batch;
  const firstFilter = byImages ? 0 : shareOf(filters, tall, part, parts);
  const endFilter = byImages ? filters : shareOf(filters, tall, part + 1, parts);
  if (firstImage === endImage) return;
  const image = channels * outerAxis.size * middleAxis.size * innerAxis.size * size;
  const origin = boxed ? 0 : ((outerAxis.low * middleAxis.size + middleAxis.low) * innerAxis.size + innerAxis.low) * size;
  for (let group = 0; group < groups; group++) {
    for (let filter = firstFilter; filter < endFilter; filter += block) {
      const rows = min(block, endFilter - filter);
      const first = group * filters + filter;
      packFilters<T>(given, given.w + <usize>((group * given.wGroup + filter * given.wFilter) * size), rows);
      for (let row = 0; row < rows + tall; row++) {
        // Adding 0 makes a negative zero positive: it must not decide the sign of a sum of zeros.
        store<T>(
          starts + <usize>row * sizeof<T>(),
          bias === 0 || row >= rows ? <T>0 : <T>(load<T>(bias + <usize>(first + row) * sizeof<T>()) + 0),
        );
      }
      for (let n = firstImage; n < endImage; n++) {
        const from = given.x + <usize>(n * groups + group) * <usize>image;
        const to = given.y + <usize>((n * groups * filters + first) * yFilter * size);
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
function packFilters<T extends number>(given: ConvBlock, w: usize, rows: i32): void {
  const wFilter = given.wFilter,
    wChannel = given.wChannel;
  const wTap0 = given.wTaps.outer,
    wTap1 = given.wTaps.middle,
    wTap2 = given.wTaps.inner;
  const size = <i32>sizeof<T>();
  const taps = tapsOf();
  const b = middleAxis,
    c = innerAxis;
  const fours = foursIn(rows);
  const talls = tallsIn(rows, fours);
  const padded = talls * tall + fours * 4;
  const isRun = wTap2 === 1 && wTap1 === c.taps && wTap0 === b.taps * c.taps && wChannel === taps;
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
          const value: T = row < count ? load<T>(from + <usize>((place + row * wFilter) * size)) : <T>0;
          store<T>(to + <usize>((q * height + row) * size), value);
        }
      }
    }
  }
}

/** The results of `rows` filters for a band of `first` × `second` rows of `outs` windows. */
function multiplyBand<T extends number>(from: usize, rows: i32, first: i32, second: i32, outs: i32): void {
  const b = middleAxis,
    c = innerAxis;
  const rowBytes = <usize>c.box * sizeof<T>();
  const single = inner <= innerAtOnce;
  const fewest = lanes<T>();
  // Three rows of four would be empty, as where every channel has a filter of its own.
  const alone = rows === 1 && single && outs >= fewest && outStep2 === sizeof<T>();
  let p = 0;
  do {
    const length = min(innerAtOnce, inner - p);
    if (c.pace !== 1 || outs < fewest) {
      gatherBand<T>(from, rows, p, length, first, second, outs);
    } else {
      for (let i = 0; i < first; i++) {
        for (let j = 0; j < second; j++) {
          const row = from + <usize>(i * outerAxis.pace * b.box + j * b.pace) * rowBytes;
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
            multiplyPanel<T>(
              rows,
              p,
              length,
              row + <usize>at * sizeof<T>(),
              places + <usize>p * 4,
              vectors,
              min(width, outs - at),
              to + <usize>at * outStep2,
            );
          }
        }
      }
    }
    p += innerAtOnce;
  } while (p < inner);
}

/** A single filter for a row of windows that are neighbours, four vectors at a time; the last ones may be computed again. */
function slideAlone<T extends number>(from: usize, outs: i32, to: usize): void {
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
function multiplyPanel<T extends number>(
  rows: i32,
  p: i32,
  length: i32,
  from: usize,
  at: usize,
  vectors: i32,
  across: i32,
  to: usize,
): void {
  const fours = foursIn(rows);
  const talls = tallsIn(rows, fours);
  const filters = packedFilters + <usize>(p * (talls * tall + fours * 4)) * sizeof<T>();
  const whole = across === vectors * lanes<T>() && outStep2 === sizeof<T>();
  for (let panel = 0; panel < talls + fours; panel++) {
    const row = panel < talls ? panel * tall : talls * tall + 4 * (panel - talls);
    const height = panel < talls ? tall : 4;
    const down = min(height, rows - row);
    const a = filters + <usize>(row * length) * sizeof<T>();
    const target = to + <usize>row * outFilter;
    const start = p === 0 ? starts + <usize>row * sizeof<T>() : starts + <usize>rows * sizeof<T>();
    if (whole && down === height) {
      scatteredTileOf<T>(height, vectors, length, a, from, at, target, outFilter, p > 0, start);
      continue;
    }
    scatteredTileOf<T>(height, vectors, length, a, from, at, spare, panelRow, false, start);
    finish<T>(down, across, spare, panelRow, target, outFilter, outStep2, p > 0 ? target : 0, outFilter, outStep2, <T>1, <T>1);
  }
}

/** A band whose windows are not neighbours, or too few in a row: panels of them are gathered, across rows. */
function gatherBand<T extends number>(from: usize, rows: i32, p: i32, length: i32, first: i32, second: i32, outs: i32): void {
  const a = outerAxis,
    b = middleAxis,
    c = innerAxis;
  const count = first * second * outs;
  const flat =
    outStep2 === sizeof<T>() &&
    (second === 1 || outStep1 === <usize>outs * outStep2) &&
    (first === 1 || outStep0 === <usize>(second * outs) * outStep2);
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
