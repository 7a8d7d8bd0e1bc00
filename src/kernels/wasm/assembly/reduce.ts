// Reductions over any axes, as ../reduce.ts describes them. Threads share the results among them, never the numbers of one result.

import { offsetAt, placesOf, walkBytes } from "./axes.ts";
import { scratch } from "./base.ts";
import { ReduceBlock } from "./blocks.ts";
import { double } from "./lanes.ts";
import { log1p } from "./math-log.ts";
import { logarithm, logarithmOfSum, scaledProduct, scaledSquares, scaledSum, setWalk } from "./reduce-anew.ts";
import * as codes from "./reduce-codes.ts";
import { gathered, identityOf, row, run, sums } from "./reduce-fold.ts";

export function reduce_float32(block: ReduceBlock, part: i32, parts: i32): void {
  reduce<f32>(block, part, parts);
}

export function reduce_float64(block: ReduceBlock, part: i32, parts: i32): void {
  reduce<f64>(block, part, parts);
}

/** Columns whose totals are kept side by side. */
const columns: i32 = 256;

// The running reduction.
let inner: i32 = 0;
let keptAxes: i32 = 0;
let reducedAxes: i32 = 0;
let kept: usize = 0;
let reduced: usize = 0;
/** Elements of one result. */
let count: i32 = 0;

function reduce<T extends number>(block: ReduceBlock, part: i32, parts: i32): void {
  const fold = block.fold,
    finish = block.finish;
  const keepsInner = block.keepsInner !== 0;
  inner = block.inner;
  keptAxes = block.keptAxes;
  reducedAxes = block.reducedAxes;
  kept = changetype<usize>(block) + offsetof<ReduceBlock>();
  reduced = kept + walkBytes(keptAxes);
  const rows = placesOf(kept, keptAxes);
  const runs = placesOf(reduced, reducedAxes);
  count = keepsInner ? runs : runs * inner;

  const pieces = keepsInner ? (inner + columns - 1) / columns : 1;
  const jobs: i64 = <i64>rows * pieces;
  const end = <i32>((jobs * (part + 1)) / parts);
  for (let job = <i32>((jobs * part) / parts); job < end; job++) {
    const place = job / pieces;
    const from = block.x + offsetAt(kept, keptAxes, place) * sizeof<T>();
    if (keepsInner) {
      const column = (job % pieces) * columns;
      const width = min(columns, inner - column);
      const offset = <usize>column * sizeof<T>();
      reduceColumns<T>(fold, finish, from + offset, runs, width, block.out + <usize>place * inner * sizeof<T>() + offset);
    } else {
      store<T>(block.out + <usize>place * sizeof<T>(), <T>reduceRuns<T>(fold, finish, from, runs));
    }
  }
}

function reduceRuns<T extends number>(fold: i32, finish: i32, from: usize, runs: i32): f64 {
  if (fold === codes.exponentials) {
    const greatest = foldRuns<T>(codes.max, from, runs, 0);
    if (!isFinite(greatest)) return greatest;
    const ties = foldRuns<T>(codes.ties, from, runs, greatest);
    return shiftedLogarithm(foldRuns<T>(fold, from, runs, greatest), ties, greatest);
  }
  const total = foldRuns<T>(fold, from, runs, 0);
  return isSound(fold, finish, total) ? finished(finish, total) : foldedAnew<T>(fold, finish, from, runs, inner);
}

function foldRuns<T extends number>(fold: i32, from: usize, runs: i32, greatest: f64): f64 {
  const identity = double(identityOf(fold));
  for (let at: usize = 0; at < <usize>sums * 8; at += 16) v128.store(scratch + at, identity);
  for (let at = 0; at < runs; at++) {
    run<T>(fold, scratch, from + offsetAt(reduced, reducedAxes, at) * sizeof<T>(), inner, greatest);
  }
  return gathered(fold, scratch);
}

function reduceColumns<T extends number>(fold: i32, finish: i32, from: usize, runs: i32, width: i32, out: usize): void {
  const totals = scratch;
  const greatest = scratch + columns * 8;
  const ties = greatest + columns * 8;
  if (fold === codes.exponentials) {
    foldRows<T>(codes.max, greatest, from, runs, width, greatest);
    foldRows<T>(codes.ties, ties, from, runs, width, greatest);
  }
  foldRows<T>(fold, totals, from, runs, width, greatest);
  for (let at = 0; at < width; at++) {
    const offset = <usize>at * 8;
    const total = load<f64>(totals + offset);
    let result: f64;
    if (fold === codes.exponentials) {
      const most = load<f64>(greatest + offset);
      result = isFinite(most) ? shiftedLogarithm(total, load<f64>(ties + offset), most) : most;
    } else if (isSound(fold, finish, total)) result = finished(finish, total);
    else result = foldedAnew<T>(fold, finish, from + <usize>at * sizeof<T>(), runs, 1);
    store<T>(out + <usize>at * sizeof<T>(), <T>result);
  }
}

function foldRows<T extends number>(fold: i32, totals: usize, from: usize, runs: i32, width: i32, greatest: usize): void {
  for (let at = 0; at < width; at++) store<f64>(totals + <usize>at * 8, identityOf(fold));
  for (let at = 0; at < runs; at++) {
    row<T>(fold, totals, from + offsetAt(reduced, reducedAxes, at) * sizeof<T>(), width, greatest);
  }
}

function finished(finish: i32, total: f64): f64 {
  if (finish === codes.mean) return total / <f64>count;
  if (finish === codes.root) return Math.sqrt(total);
  if (finish === codes.rootMean) return Math.sqrt(total / <f64>count);
  if (finish === codes.logarithm) return logarithm(total);
  return total;
}

/** One of the ties is the 1 of log(1 + x). */
function shiftedLogarithm(total: f64, ties: f64, greatest: f64): f64 {
  return greatest + f64x2.extract_lane(log1p<f64>(double(total + (ties - 1))), 0);
}

/** Whether a total has lost no digits on the way. What overflowed may have had no need to, and a logarithm near 0 asks for more than a sum has. */
function isSound(fold: i32, finish: i32, total: f64): bool {
  if (fold === codes.max || fold === codes.min || fold === codes.magnitudes) return true;
  if (fold === codes.squares && total < codes.leastSound) return false;
  if (finish === codes.logarithm && total > 0.5 && total < 2) return false;
  return isFinite(total);
}

function foldedAnew<T extends number>(fold: i32, finish: i32, from: usize, runs: i32, width: i32): f64 {
  setWalk(reduced, reducedAxes, runs, width);
  if (fold === codes.product) return scaledProduct<T>(from);
  if (fold === codes.squares) return scaledSquares<T>(finish, from);
  return finish === codes.logarithm ? logarithmOfSum<T>(from) : scaledSum<T>(from, finish === codes.mean ? <f64>count : 1);
}
