/** Sizes of the axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements; 1 for a scalar, 0 when any axis is empty. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/**
 * Number of elements if empty axes had one: an empty tensor may still be written with, or walked through by, as many empty lists. Limits
 * are checked against it.
 */
export function spanOf(shape: Shape): number {
  let span = 1;
  for (const dimension of shape) span *= Math.max(1, dimension);
  return span;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** The index along each axis of the element at a place in row-major order. */
export function indexAt(place: number, shape: Shape): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1, rest = place; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** The common shape under numpy's multidirectional broadcasting, or null when two sizes differ and neither is 1. */
export function broadcastShapes(shapes: readonly Shape[]): number[] | null {
  let rank = 0;
  for (const shape of shapes) rank = Math.max(rank, shape.length);
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const at = rank - shape.length + axis;
      const size = shape[axis];
      if (size === 1 || size === result[at]) continue;
      if (result[at] !== 1) return null;
      result[at] = size;
    }
  }
  return result;
}

/** Strides that read a tensor of `shape` as if it had the broadcast shape `to`: 0 along every stretched axis. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const own = stridesOf(shape);
  const strides = new Array<number>(to.length).fill(0);
  const lead = to.length - shape.length;
  for (let axis = 0; axis < shape.length; axis++) strides[lead + axis] = shape[axis] === 1 ? 0 : own[axis];
  return strides;
}

/** A negative axis counts from the end; null when it lies outside the rank. */
export function normalizeAxis(axis: number, rank: number): number | null {
  const normal = axis < 0 ? axis + rank : axis;
  return normal >= 0 && normal < rank ? normal : null;
}

export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;
