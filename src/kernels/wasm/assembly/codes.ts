// What the words of a chain's program stand for. Both sides read this file: the kernels, and the compiler in ../chain-compile.ts.

/** Instructions of one, two and three operands, then what the compiler adds of its own accord. */
export const copy = 0;
export const neg = 1;
export const abs = 2;
export const sign = 3;
export const sqrt = 4;
export const reciprocal = 5;
export const floor = 6;
export const ceil = 7;
export const round = 8;
export const square = 9;
export const exp = 10;
export const log = 11;
export const log1p = 12;
export const expm1 = 13;
export const tanh = 14;
export const sigmoid = 15;
export const softplus = 16;
export const erf = 17;
export const isnan = 18;
export const isinf = 19;
export const not = 20;
export const add = 21;
export const sub = 22;
export const mul = 23;
export const div = 24;
export const pow = 25;
export const max = 26;
export const min = 27;
export const eq = 28;
export const lt = 29;
export const le = 30;
export const gt = 31;
export const ge = 32;
export const and = 33;
export const or = 34;
export const xor = 35;
export const where = 36;
/** Writes a register of numbers, or of truths, to an output that cannot serve as the register itself. */
export const store = 37;
export const storeBool = 38;
/** Sets a flag when a register holds a NaN or an infinity. */
export const check = 39;
/** The greater of a number and zero: `max` of any two costs four times as much. */
export const relu = 40;
/** Activations with gates of their own, and their slopes: of one operand, then of two. */
export const gelu = 41;
export const geluSlope = 42;
export const geluTanh = 43;
export const geluTanhSlope = 44;
export const mish = 45;
export const mishSlope = 46;
export const swish = 47;
export const swishSlope = 48;

/** How a block gets at an operand: it lies there as a register would. */
export const direct = 0;
/** The same, where a block lies within one row and the operand's rows lie apart. */
export const directRow = 1;
/** Copied into a register for every block. */
export const loaded = 2;
/** Copied into a register once, since all blocks read the same. */
export const once = 3;
/** One number for a whole row, of which a block is a piece. */
export const perRow = 4;
