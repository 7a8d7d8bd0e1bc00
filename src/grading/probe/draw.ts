import { uniform } from "../../kernels/random.ts";
import { account } from "../../memory/account.ts";
import { allocate, bytesPerElement, isFloating } from "../../tensor/dtype.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import type { Tensor, TensorType } from "../../tensor/tensor.ts";
import { streamOf } from "../check/draw.ts";

/** What the numbers of a tensor are to be like. */
export interface Manner {
  readonly between: readonly [number, number] | null;
  readonly oneHot: boolean;
  /** For whole numbers: how many indices there are to choose from. */
  readonly choices: number;
  /** Whether the numbers may be negative. */
  readonly signed: boolean;
  /** Whether the numbers come from a few levels. */
  readonly coarse: boolean;
}

/**
 * Numbers at which little coincides: none near 0 or 1 or near each other's negatives by design, and smaller in matrices, so that
 * products keep the size of their factors and activations are not saturated.
 */
export function drawTensor(name: string, { dtype, shape }: TensorType, manner: Manner, seed: number): Tensor {
  const stream = streamOf("probe", name);
  const size = sizeOf(shape);
  account().charge(size * bytesPerElement[dtype]);
  const data = allocate(dtype, size);
  const draw = (at: number): number => uniform(seed, stream, at);
  if (manner.oneHot) {
    const width = shape.at(-1) ?? 1;
    for (let row = 0; row < size; row += width) data[row + indexAt(row / width, width, draw)] = 1;
    return { dtype, shape, data };
  }
  const [low, high] = manner.between ?? [0, manner.choices - 1];
  const scale = scaleOf(shape);
  for (let at = 0; at < size; at++) {
    if (dtype === "bool") data[at] = draw(at) < 0.5 ? 0 : 1;
    else if (!isFloating(dtype)) data[at] = Math.ceil(low) + indexAt(at, Math.floor(high) - Math.ceil(low) + 1, draw);
    else if (manner.between !== null) data[at] = low + draw(at) * (high - low);
    else data[at] = magnitude(draw(at), manner) * scale;
  }
  return { dtype, shape, data };
}

/** An index by chance, except that the first ones take turns: not all labels are to be alike. */
function indexAt(place: number, count: number, draw: (at: number) => number): number {
  const turn = Math.floor(draw(2 ** 31) * count);
  return place < 2 ? (turn + place) % Math.max(1, count) : Math.floor(draw(place) * count);
}

/** From 0.3 to 1.3 in size; of either sign unless told. */
function magnitude(fraction: number, { signed, coarse }: Manner): number {
  if (!signed) return coarse ? Math.ceil(4 * fraction + 1e-9) / 2 : 0.3 + fraction;
  const sign = fraction < 0.5 ? -1 : 1;
  const rest = Math.abs(2 * fraction - 1);
  return sign * (coarse ? Math.ceil(3 * rest + 1e-9) / 2 : 0.3 + rest);
}

function scaleOf(shape: Shape): number {
  if (shape.length < 2) return 1;
  // Of a kernel the elements that meet in one product: all but the filters.
  const met = shape.length > 2 ? sizeOf(shape.slice(1)) : Math.max(shape[0], shape[1]);
  return Math.min(1, 2 / Math.sqrt(Math.max(1, met)));
}
