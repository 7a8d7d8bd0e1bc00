import type { Data } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { multiplyByLoops } from "./matmul-loops.ts";
import { placesBy, placesIn } from "../matrix.ts";
import { boxOf, forEachRow, offsetsOf, startsOf, type Window } from "../window.ts";

/** Numbers that a block of products may hold: half a megabyte, which stays in the second-level cache. */
const blockNumbers = 1 << 16;

/**
 * Cross-correlation: y[n, m, o] = bias[m] + Σ x[n, c, window o at j] · w[m, c, j] over the channels c of m's group and the kernel's places j.
 * x is (batch, channels, …), w (filters, channels / groups, …kernel), y (batch, filters, …out).
 *
 * In a padded copy of the image the number that window o has at (c, j) lies at start[o] + offset[c, j]: it is the matrix product of the
 * filters with a matrix that need not be made.
 */
export function convolveByLoops(x: Tensor, w: Tensor, bias: Tensor | null, window: Window, groups: number, y: Tensor): void {
  if (y.data.length === 0) return;
  const [batch, filters] = y.shape;
  const channels = x.shape[1] / groups;
  const perGroup = filters / groups;
  const starts = startsOf(window);
  const offsets = offsetsOf(window, channels);
  const imageSize = channels * sizeOf(x.shape.slice(2));
  const box = new Float64Array(channels * sizeOf(boxOf(window)));
  const patches = { data: box, offset: 0, rows: placesIn(offsets), columns: placesIn(starts) };
  const filterRows = { rows: placesBy(offsets.length, perGroup), columns: placesBy(1, offsets.length) };
  const outRows = { rows: placesBy(starts.length, perGroup), columns: placesBy(1, starts.length) };
  const biasRows = { rows: placesBy(1, perGroup), columns: placesBy(0, starts.length) };
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) {
      const image = (n * groups + group) * imageSize;
      forEachRow(window, channels, (place, element, length) => copy(x.data, image + element, box, place, length));
      const first = group * perGroup;
      multiplyByLoops(
        { data: w.data, offset: first * offsets.length, ...filterRows },
        patches,
        { data: y.data, offset: (n * filters + first) * starts.length, ...outRows },
        bias === null ? null : { alpha: 1, beta: 1, addend: { data: bias.data, offset: first, ...biasRows } },
      );
    }
  }
}

/**
 * The transpose of a convolution by its image: every x[n, c, o] spreads over window o of the result with the weights w[c, m, j]. `window`
 * describes the convolution that is transposed: its image is y, its windows are x's elements. x is (batch, channels, …out), w (channels,
 * filters / groups, …kernel), y (batch, filters, …).
 */
export function convolveTransposedByLoops(x: Tensor, w: Tensor, bias: Tensor | null, window: Window, groups: number, y: Tensor): void {
  if (y.data.length === 0) return;
  const [batch, filters] = y.shape;
  const channels = x.shape[1] / groups;
  const perGroup = filters / groups;
  const starts = startsOf(window);
  const offsets = offsetsOf(window, perGroup);
  const [spread, positions] = [offsets.length, starts.length];
  const imageSize = sizeOf(y.shape.slice(2));
  const box = new Float64Array(perGroup * sizeOf(boxOf(window)));
  const block = Math.min(positions, Math.max(4, Math.floor(blockNumbers / spread)));
  const products = new Float64Array(spread * block);
  const weights = { rows: placesBy(1, spread), columns: placesBy(spread, channels) };
  const inner = placesBy(positions, channels);
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) {
      box.fill(0);
      for (let first = 0; first < positions; first += block) {
        const count = Math.min(block, positions - first);
        const columns = placesBy(1, count);
        multiplyByLoops(
          { data: w.data, offset: group * channels * spread, ...weights },
          {
            data: x.data,
            offset: (n * groups + group) * channels * positions + first,
            rows: inner,
            columns,
          },
          { data: products, offset: 0, rows: placesBy(count, spread), columns },
          null,
        );
        for (let q = 0; q < spread; q++) scatter(products, q * count, box, offsets[q], starts, first, count);
      }
      const to = (n * filters + group * perGroup) * imageSize;
      for (let i = 0; i < perGroup; i++) {
        const start = bias === null ? 0 : bias.data[group * perGroup + i];
        y.data.fill(start, to + i * imageSize, to + (i + 1) * imageSize);
      }
      forEachRow(window, perGroup, (place, element, length) => {
        for (let i = 0; i < length; i++) y.data[to + element + i] += box[place + i];
      });
    }
  }
}

/**
 * The gradient of a convolution by its weights: w[m, c, j] = Σ x[n, c, window o at j] · g[n, m, o] over images n and windows o. x is (batch,
 * channels, …), g (batch, filters, …), w (filters, channels / groups, …kernel).
 */
export function convolutionWeightsByLoops(x: Tensor, g: Tensor, window: Window, groups: number, w: Tensor): void {
  const [batch, filters] = g.shape;
  const channels = x.shape[1] / groups;
  const perGroup = filters / groups;
  const starts = startsOf(window);
  const offsets = offsetsOf(window, channels);
  const imageSize = channels * sizeOf(x.shape.slice(2));
  const box = new Float64Array(channels * sizeOf(boxOf(window)));
  const patches = { data: box, offset: 0, rows: placesIn(starts), columns: placesIn(offsets) };
  const windowRows = { rows: placesBy(starts.length, perGroup), columns: placesBy(1, starts.length) };
  const sums = new Float64Array(w.data.length);
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) {
      const image = (n * groups + group) * imageSize;
      forEachRow(window, channels, (place, element, length) => copy(x.data, image + element, box, place, length));
      const first = group * perGroup;
      const out = {
        data: sums,
        offset: first * offsets.length,
        rows: placesBy(offsets.length, perGroup),
        columns: placesBy(1, offsets.length),
      };
      const left = { data: g.data, offset: (n * filters + first) * starts.length, ...windowRows };
      multiplyByLoops(left, patches, out, { alpha: 1, beta: 1, addend: out });
    }
  }
  w.data.set(sums);
}

function copy(from: Data, start: number, to: Float64Array, at: number, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[start + i];
}

function scatter(
  from: Float64Array,
  at: number,
  box: Float64Array,
  offset: number,
  starts: Int32Array,
  first: number,
  count: number,
): void {
  for (let p = 0; p < count; p++) box[offset + starts[first + p]] += from[at + p];
}
