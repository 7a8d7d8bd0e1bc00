// The instructions of chains, each over the whole vectors of a register. Truths are masks as wide as the numbers beside them.

import * as codes from "./codes.ts";
import { erf } from "./math-erf.ts";
import { exp, expm1, sigmoid, tanh } from "./math-exp.ts";
import { gelu, geluSlope, geluTanh, geluTanhSlope, mish, mishSlope, swish, swishSlope } from "./math-gate.ts";
import { log, log1p, softplus } from "./math-log.ts";
import { pow } from "./math-pow.ts";

type Register = usize;

/** Runs one instruction over `bytes` of its operands. The result may lie over any of them. */
export function execute<T extends number>(code: i32, to: Register, a: Register, b: Register, c: Register, bytes: usize): void {
  switch (code) {
    case codes.copy:
      return copies(to, a, bytes);
    case codes.neg:
      return negatives<T>(to, a, bytes);
    case codes.abs:
      return magnitudes<T>(to, a, bytes);
    case codes.sign:
      return signs<T>(to, a, bytes);
    case codes.sqrt:
      return roots<T>(to, a, bytes);
    case codes.reciprocal:
      return reciprocals<T>(to, a, bytes);
    case codes.floor:
      return floors<T>(to, a, bytes);
    case codes.ceil:
      return ceilings<T>(to, a, bytes);
    case codes.round:
      return nearests<T>(to, a, bytes);
    case codes.square:
      return squares<T>(to, a, bytes);
    case codes.exp:
      return exponentials<T>(to, a, bytes);
    case codes.log:
      return logarithms<T>(to, a, bytes);
    case codes.log1p:
      return logarithmsOfOneMore<T>(to, a, bytes);
    case codes.expm1:
      return exponentialsLessOne<T>(to, a, bytes);
    case codes.tanh:
      return tangents<T>(to, a, bytes);
    case codes.sigmoid:
      return sigmoids<T>(to, a, bytes);
    case codes.softplus:
      return softpluses<T>(to, a, bytes);
    case codes.erf:
      return errors<T>(to, a, bytes);
    case codes.isnan:
      return whereNaN<T>(to, a, bytes);
    case codes.isinf:
      return whereInfinite<T>(to, a, bytes);
    case codes.not:
      return opposites(to, a, bytes);
    case codes.add:
      return sums<T>(to, a, b, bytes);
    case codes.sub:
      return differences<T>(to, a, b, bytes);
    case codes.mul:
      return products<T>(to, a, b, bytes);
    case codes.div:
      return quotients<T>(to, a, b, bytes);
    case codes.pow:
      return powers<T>(to, a, b, bytes);
    case codes.max:
      return maxima<T>(to, a, b, bytes);
    case codes.min:
      return minima<T>(to, a, b, bytes);
    case codes.eq:
      return whereEqual<T>(to, a, b, bytes);
    case codes.lt:
      return whereLess<T>(to, a, b, bytes);
    case codes.le:
      return whereAtMost<T>(to, a, b, bytes);
    case codes.gt:
      return whereLess<T>(to, b, a, bytes);
    case codes.ge:
      return whereAtMost<T>(to, b, a, bytes);
    case codes.and:
      return conjunctions(to, a, b, bytes);
    case codes.or:
      return disjunctions(to, a, b, bytes);
    case codes.xor:
      return contradictions(to, a, b, bytes);
    case codes.where:
      return choices(to, a, b, c, bytes);
    case codes.relu:
      return positives<T>(to, a, bytes);
    case codes.gelu:
      return gelus<T>(to, a, bytes);
    case codes.geluSlope:
      return geluSlopes<T>(to, a, bytes);
    case codes.geluTanh:
      return geluTanhs<T>(to, a, bytes);
    case codes.geluTanhSlope:
      return geluTanhSlopes<T>(to, a, bytes);
    case codes.mish:
      return mishes<T>(to, a, bytes);
    case codes.mishSlope:
      return mishSlopes<T>(to, a, bytes);
    case codes.swish:
      return swishes<T>(to, a, b, bytes);
    case codes.swishSlope:
      return swishSlopes<T>(to, a, b, bytes);
    default:
      return unreachable();
  }
}

function copies(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(a + i));
}

function negatives<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.neg<T>(v128.load(a + i)));
}

function magnitudes<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.abs<T>(v128.load(a + i)));
}

/** Zeros and NaN are their own sign. */
function signs<T extends number>(to: Register, a: Register, bytes: usize): void {
  const signBit = v128.splat<T>(<T>-0.0);
  const one = v128.splat<T>(<T>1);
  for (let i: usize = 0; i < bytes; i += 16) {
    const x = v128.load(a + i);
    const unit = v128.or(v128.and(x, signBit), one);
    v128.store(to + i, v128.bitselect(unit, x, v128.gt<T>(v128.abs<T>(x), v128.splat<T>(<T>0))));
  }
}

function roots<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.sqrt<T>(v128.load(a + i)));
}

function reciprocals<T extends number>(to: Register, a: Register, bytes: usize): void {
  const one = v128.splat<T>(<T>1);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.div<T>(one, v128.load(a + i)));
}

function floors<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.floor<T>(v128.load(a + i)));
}

function ceilings<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.ceil<T>(v128.load(a + i)));
}

function nearests<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.nearest<T>(v128.load(a + i)));
}

function squares<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const x = v128.load(a + i);
    v128.store(to + i, v128.mul<T>(x, x));
  }
}

function exponentials<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, exp<T>(v128.load(a + i)));
}

function logarithms<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, log<T>(v128.load(a + i)));
}

function logarithmsOfOneMore<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, log1p<T>(v128.load(a + i)));
}

function exponentialsLessOne<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, expm1<T>(v128.load(a + i)));
}

function tangents<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, tanh<T>(v128.load(a + i)));
}

function sigmoids<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, sigmoid<T>(v128.load(a + i)));
}

function softpluses<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, softplus<T>(v128.load(a + i)));
}

function errors<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, erf<T>(v128.load(a + i)));
}

function whereNaN<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const x = v128.load(a + i);
    v128.store(to + i, v128.ne<T>(x, x));
  }
}

function whereInfinite<T extends number>(to: Register, a: Register, bytes: usize): void {
  const infinity = v128.splat<T>(<T>Infinity);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.eq<T>(v128.abs<T>(v128.load(a + i)), infinity));
}

function opposites(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.not(v128.load(a + i)));
}

function sums<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.add<T>(v128.load(a + i), v128.load(b + i)));
}

function differences<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.sub<T>(v128.load(a + i), v128.load(b + i)));
}

function products<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.mul<T>(v128.load(a + i), v128.load(b + i)));
}

function quotients<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.div<T>(v128.load(a + i), v128.load(b + i)));
}

function powers<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, pow<T>(v128.load(a + i), v128.load(b + i)));
}

function maxima<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.max<T>(v128.load(a + i), v128.load(b + i)));
}

/** Adding zero makes a negative zero positive and leaves all else as it is. */
function positives<T extends number>(to: Register, a: Register, bytes: usize): void {
  const zero = v128.splat<T>(<T>0);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.add<T>(v128.pmax<T>(v128.load(a + i), zero), zero));
}

function minima<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.min<T>(v128.load(a + i), v128.load(b + i)));
}

function whereEqual<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.eq<T>(v128.load(a + i), v128.load(b + i)));
}

function whereLess<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.lt<T>(v128.load(a + i), v128.load(b + i)));
}

function whereAtMost<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.le<T>(v128.load(a + i), v128.load(b + i)));
}

function conjunctions(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.and(v128.load(a + i), v128.load(b + i)));
}

function disjunctions(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.or(v128.load(a + i), v128.load(b + i)));
}

function contradictions(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.xor(v128.load(a + i), v128.load(b + i)));
}

function choices(to: Register, mask: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.bitselect(v128.load(a + i), v128.load(b + i), v128.load(mask + i)));
}

function gelus<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, gelu<T>(v128.load(a + i)));
}

function geluSlopes<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, geluSlope<T>(v128.load(a + i)));
}

function geluTanhs<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, geluTanh<T>(v128.load(a + i)));
}

function geluTanhSlopes<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, geluTanhSlope<T>(v128.load(a + i)));
}

function mishes<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, mish<T>(v128.load(a + i)));
}

function mishSlopes<T extends number>(to: Register, a: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, mishSlope<T>(v128.load(a + i)));
}

function swishes<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, swish<T>(v128.load(a + i), v128.load(b + i)));
}

function swishSlopes<T extends number>(to: Register, a: Register, b: Register, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, swishSlope<T>(v128.load(a + i), v128.load(b + i)));
}
