import * as codes from "./assembly/codes.ts";

export type Kind = "number" | "bool";

/** One instruction of a chain. */
export interface InstructionFacts {
  readonly code: number;
  /** What it takes; as many as its arity. */
  readonly operands: readonly Kind[];
  readonly result: Kind;
  /** About what one float32 element costs, in nanoseconds; a float64 one costs twice that. */
  readonly nanoseconds: number;
}

const unary = (code: number, nanoseconds = 0.1): InstructionFacts => ({ code, operands: ["number"], result: "number", nanoseconds });
const binary = (code: number, nanoseconds = 0.1): InstructionFacts => ({
  code,
  operands: ["number", "number"],
  result: "number",
  nanoseconds,
});
const comparison = (code: number): InstructionFacts => ({ ...binary(code), result: "bool" });
const test = (code: number): InstructionFacts => ({ ...unary(code), result: "bool" });
const connective = (code: number): InstructionFacts => ({ code, operands: ["bool", "bool"], result: "bool", nanoseconds: 0.1 });

/**
 * What a chain can do. Arithmetic is that of IEEE 754 with one rounding to the chain's element type; `max`, `min` and the comparisons are
 * JavaScript's, `round` takes halves to the even neighbour, `pow` knows that 1 to any power is 1, `where` chooses by its first operand.
 */
export const instructions = {
  copy: unary(codes.copy),
  neg: unary(codes.neg),
  abs: unary(codes.abs),
  sign: unary(codes.sign),
  sqrt: unary(codes.sqrt, 0.4),
  reciprocal: unary(codes.reciprocal, 0.3),
  floor: unary(codes.floor),
  ceil: unary(codes.ceil),
  round: unary(codes.round),
  square: unary(codes.square),
  exp: unary(codes.exp, 0.6),
  log: unary(codes.log, 0.9),
  log1p: unary(codes.log1p, 1),
  expm1: unary(codes.expm1, 0.8),
  tanh: unary(codes.tanh, 1.2),
  sigmoid: unary(codes.sigmoid, 1),
  softplus: unary(codes.softplus, 2),
  erf: unary(codes.erf, 2),
  gelu: unary(codes.gelu, 3),
  geluSlope: unary(codes.geluSlope, 3.5),
  geluTanh: unary(codes.geluTanh, 2),
  geluTanhSlope: unary(codes.geluTanhSlope, 2.5),
  mish: unary(codes.mish, 2),
  mishSlope: unary(codes.mishSlope, 2.5),
  isnan: test(codes.isnan),
  isinf: test(codes.isinf),
  not: { code: codes.not, operands: ["bool"], result: "bool", nanoseconds: 0.1 },
  add: binary(codes.add),
  sub: binary(codes.sub),
  mul: binary(codes.mul),
  div: binary(codes.div, 0.3),
  pow: binary(codes.pow, 4),
  swish: binary(codes.swish, 1.5),
  swishSlope: binary(codes.swishSlope, 2),
  max: binary(codes.max),
  min: binary(codes.min),
  eq: comparison(codes.eq),
  lt: comparison(codes.lt),
  le: comparison(codes.le),
  gt: comparison(codes.gt),
  ge: comparison(codes.ge),
  and: connective(codes.and),
  or: connective(codes.or),
  xor: connective(codes.xor),
  where: { code: codes.where, operands: ["bool", "number", "number"], result: "number", nanoseconds: 0.1 },
} as const satisfies Readonly<Record<string, InstructionFacts>>;

export type Instruction = keyof typeof instructions;
