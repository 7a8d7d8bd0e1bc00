// Reductions over any axes, as ../reduce.ts describes them. Threads share the results among them, never the numbers of one result.

import { offsetAt, placesOf, walkBytes } from "./axes.ts";
import { scratch } from "./base.ts";
import { ReduceBlock } from "./blocks.ts";
import { double } from "./lanes.ts";
import { log } from "./math-log.ts";
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
  let greatest: f64 = 0;
  if (fold === codes.exponentials) {
    greatest = foldRuns<T>(codes.max, from, runs, 0);
    if (!isFinite(greatest)) return greatest;
  }
  return finished(finish, foldRuns<T>(fold, from, runs, greatest), greatest);
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
  if (fold === codes.exponentials) foldRows<T>(codes.max, greatest, from, runs, width, greatest);
  foldRows<T>(fold, totals, from, runs, width, greatest);
  for (let at = 0; at < width; at++) {
    const offset = <usize>at * 8;
    const most = fold === codes.exponentials ? load<f64>(greatest + offset) : 0;
    const result = isFinite(most) ? finished(finish, load<f64>(totals + offset), most) : most;
    store<T>(out + <usize>at * sizeof<T>(), <T>result);
  }
}

function foldRows<T extends number>(fold: i32, totals: usize, from: usize, runs: i32, width: i32, greatest: usize): void {
  for (let at = 0; at < width; at++) store<f64>(totals + <usize>at * 8, identityOf(fold));
  for (let at = 0; at < runs; at++) {
    row<T>(fold, totals, from + offsetAt(reduced, reducedAxes, at) * sizeof<T>(), width, greatest);
  }
}

function finished(finish: i32, total: f64, greatest: f64): f64 {
  if (finish === codes.mean) return total / <f64>count;
  if (finish === codes.root) return Math.sqrt(total);
  if (finish === codes.logarithm || finish === codes.shiftedLogarithm) return f64x2.extract_lane(log<f64>(double(total)), 0) + greatest;
  return total;
}
