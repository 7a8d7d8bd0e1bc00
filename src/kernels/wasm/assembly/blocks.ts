// The argument blocks: what each kernel is told, in memory. This is their one declaration: the kernels read these classes where they lie,
// and ../build.ts writes the functions that fill them, in which a missing or misspelt member is an error of types. Members are words of 32
// bits, doubles, or further blocks, which lie behind and are pointed to. Addresses are in bytes, steps in elements, and truths are 0 or 1.

/** A matrix: where it begins, and the steps from a row, a column and a matrix of a batch to the next. */
@unmanaged
export class PlacedMatrix {
  at: usize;
  row: i32;
  column: i32;
  next: i32;
}

/** out = alpha · left · right + beta · addend, for a batch of matrices. An addend at 0 is none. */
@unmanaged
export class GemmBlock {
  alpha: f64;
  beta: f64;
  /** See gemm-ways.ts. */
  way: i32;
  batch: i32;
  m: i32;
  n: i32;
  k: i32;
  left: PlacedMatrix;
  right: PlacedMatrix;
  out: PlacedMatrix;
  addend: PlacedMatrix;
}

/**
 * Windows along one axis, in terms of a box that holds the part of the image that they read: window o meets the box at o · pace + t · tap
 * for each of its `taps` taps t.
 */
@unmanaged
export class BoxAxis {
  /** Of the image. */
  size: i32;
  /** Element of the image at the box's first place; below 0 in the padding. */
  low: i32;
  taps: i32;
  tap: i32;
  pace: i32;
  /** Number of windows. */
  outs: i32;
  /** Windows that a box holds at a time. */
  band: i32;
  /** Places of the box; those of the image where the windows read the image itself. */
  box: i32;
}

/** A step along each of three axes. */
@unmanaged
export class AxisSteps {
  outer: i32;
  middle: i32;
  inner: i32;
}

/**
 * y[n, m, o] = bias[m] + the sum over channels c of m's group and taps t of x[n, c, window o at t] · w[m, c, t], for `filters` filters and
 * `channels` channels of each group; a bias at 0 is none.
 */
@unmanaged
export class ConvBlock {
  x: usize;
  w: usize;
  bias: usize;
  y: usize;
  batch: i32;
  groups: i32;
  channels: i32;
  filters: i32;
  /** Filters that are packed at a time. */
  block: i32;
  /** Whether the windows read a padded copy of the image; none may reach into padding otherwise. */
  boxed: i32;
  /** From a filter, a channel and a group of the weights to the next. */
  wFilter: i32;
  wChannel: i32;
  wGroup: i32;
  /** From a filter's results to the next one's. */
  yFilter: i32;
  outer: BoxAxis;
  middle: BoxAxis;
  inner: BoxAxis;
  /** From a tap to the next. */
  wTaps: AxisSteps;
  /** From a window's result to the next one's. */
  ySteps: AxisSteps;
}

/** w[m, c, t] = the sum over images n and windows o of x[n, c, window o at t] · g[n, m, o]. */
@unmanaged
export class ConvWeightsBlock {
  x: usize;
  g: usize;
  w: usize;
  batch: i32;
  groups: i32;
  channels: i32;
  filters: i32;
  /** Channels at a time. */
  block: i32;
  /** Images at a time. */
  images: i32;
  boxed: i32;
  outer: BoxAxis;
  middle: BoxAxis;
  inner: BoxAxis;
}

/** Windows of a pool along one axis: window o reads the elements o · stride + t · dilation - begin for its taps t. */
@unmanaged
export class PoolAxis {
  size: i32;
  taps: i32;
  stride: i32;
  dilation: i32;
  /** Padding before the first element and after the last one. */
  begin: i32;
  end: i32;
  outs: i32;
}

/** The largest element of every window of `planes` planes, and its place in the whole tensor. */
@unmanaged
export class MaxPoolBlock {
  x: usize;
  y: usize;
  indices: usize;
  planes: i32;
  outer: PoolAxis;
  middle: PoolAxis;
  inner: PoolAxis;
}

/** The average of every window, or its gradient, for which y holds cotangents and x what becomes of them. */
@unmanaged
export class AveragePoolBlock {
  x: usize;
  y: usize;
  planes: i32;
  /** Whether places in the padding count; those beyond it never do. */
  padding: i32;
  outer: PoolAxis;
  middle: PoolAxis;
  inner: PoolAxis;
}

/** Places that the windows of a max-pool selected: `windows` for each plane of `size` elements. */
@unmanaged
export class PlacesBlock {
  indices: usize;
  planes: i32;
  size: i32;
  windows: i32;
}

/** x[place of o] += y[o] over zeros. */
@unmanaged
export class MaxPoolGradientBlock {
  x: usize;
  y: usize;
  places: PlacesBlock;
}

/** A tensor of `outer` blocks, each of `size` rows of `inner` elements, along the rows' axis. */
@unmanaged
export class SoftmaxBlock {
  x: usize;
  out: usize;
  outer: i32;
  size: i32;
  inner: i32;
  isLog: i32;
}

/** Numbers that are looked through. */
@unmanaged
export class FiniteBlock {
  x: usize;
  count: i32;
}

/** A fold and its finish, see reduce-codes.ts; behind it lie two walks: over the outer axes that are kept, and over those reduced. */
@unmanaged
export class ReduceBlock {
  fold: i32;
  finish: i32;
  x: usize;
  out: usize;
  /** Whether the innermost axis is kept, and its size. */
  keepsInner: i32;
  inner: i32;
  keptAxes: i32;
  reducedAxes: i32;
}

/** Rows and columns that are copied, for every place of two walks that lie behind: over what is read, and over what is written. */
@unmanaged
export class CopyBlock {
  from: usize;
  to: usize;
  columns: i32;
  /** How far apart columns are read. */
  step: i32;
  rows: i32;
  fromRow: i32;
  toRow: i32;
  axes: i32;
}

/** An axis of a walk. */
@unmanaged
export class WalkAxis {
  size: i32;
  stride: i32;
}

/**
 * A chain of elementwise instructions. Behind it lie the sizes of its outer axes, the innermost first, then operands (each with its strides
 * along the outer axes behind it), outputs and instructions. Slots are counted over operands, registers and outputs.
 */
@unmanaged
export class ChainBlock {
  /** Of a word for each result that is looked through. */
  flags: usize;
  outerAxes: i32;
  rows: i32;
  columns: i32;
  blockRows: i32;
  blockColumns: i32;
  operands: i32;
  registers: i32;
  outputs: i32;
  instructions: i32;
  registerBytes: i32;
}

/** How a block gets at an operand, see codes.ts, and the step from a column to the next. */
@unmanaged
export class EncodedOperand {
  at: usize;
  access: i32;
  isBool: i32;
  step: i32;
}

@unmanaged
export class EncodedOutput {
  at: usize;
  /** Whether it serves as a register. */
  isRegister: i32;
}

@unmanaged
export class EncodedInstruction {
  /** See codes.ts. */
  code: i32;
  /** The slot of the result, or the output or flag that it is for. */
  target: i32;
  /** Slots. */
  a: i32;
  b: i32;
  c: i32;
}
