// Activations that are x times a gate between 0 and 1, and their slopes, over pairs of doubles, as exactly as the element type T of the
// results asks for. What they mean is said in ../../gates.ts.

import { madd } from "./base.ts";
import { clamped, constant, double, horner, joined, lower, upper } from "./lanes.ts";
import { erfNear } from "./math-erf.ts";
import { multiple, powerOfTwo, remainder } from "./math-exp.ts";
import { lostBy } from "./math-pow.ts";

/**
 * The zero of a slope in two parts, and the slope over the distance from there, highest power first: of swish, of gelu, of its approximation
 * with tanh, and of mish, each 19 numbers.
 */
const crossings = memory.data<f64>([
  -1.2784645427610737, -1.0946994183093437e-16, 4.760443529961925e-9, -1.6954416596725637e-8, -9.27041741825735e-8, -3.104536252066886e-8,
  8.599749776810745e-7, 2.3461084555382294e-6, -2.9426323459396716e-6, -2.973354885918501e-5, -4.090534235252677e-5, 0.00018570724393029352,
  0.0007985218818392488, 0.00012662741007302565, -0.00660658913835669, -0.015222655223187938, 0.018874814223782312, 0.1466487969969469,
  0.2178117057198001, -0.7517915246935645, 1.4956759177009883e-17, -3.418972652195319e-8, -2.5157113692506574e-9, 5.699230560835332e-7,
  4.330967046080511e-7, -7.748408953927579e-6, -1.1214417322455377e-5, 8.615947418894001e-5, 0.00018633974936224632, -0.0007448268384626405,
  -0.0022395380682233733, 0.004539228379120022, 0.019421679838192877, -0.014771522148244277, -0.11400823329722175, -0.018199676398671087,
  0.388284982990552, 0.4314939923140469, -0.7524614220710163, 3.635560509207687e-17, -3.8299640394489464e-7, -8.980673769662941e-7,
  2.420383804936924e-6, 5.893313638104327e-6, -1.594896050311977e-5, -3.495244215208736e-5, 0.0001242521151406037, 0.0002639273263482654,
  -0.0009274420152302726, -0.002422731830835693, 0.00526105925472406, 0.019682309459450948, -0.016619328343050306, -0.11394448308095462,
  -0.015782853521848036, 0.3875184461357889, 0.4304000910248585, -1.1924312145154952, -4.8484829848031044e-17, -1.4399457013101796e-7,
  -1.3332123599665314e-8, 1.0723859627585e-6, 2.9199143582978786e-6, 9.426365610473947e-7, -1.7300907146440567e-5, -5.582890752808897e-5,
  -4.1961358154593006e-5, 0.0002541293634791679, 0.0009898180955280583, 0.0010924055409541977, -0.00336068492685552, -0.01582112656173349,
  -0.02027182271668616, 0.04190782104360987, 0.20473126408010586, 0.2669479140495345,
]);
const ofSwish = 0;
const ofGelu = 19;
const ofGeluTanh = 38;
const ofMish = 57;

/** erfc(x) exp(x²) (x + 5/2) for x ≥ ¼ in powers of (x - 5/2) / (x + 5/2), highest first. */
const complement = memory.data<f64>([
  7.301679061496395e-9, 5.585067386600394e-9, -4.764050926002865e-8, -7.117918082518648e-8, 1.344265077618375e-7, 4.495238164198038e-7,
  -4.710931097873782e-9, -1.9638961135245537e-6, -2.3323225549909815e-6, 6.755031708473766e-6, 1.8244216002476034e-5, -1.953251250022809e-5,
  -0.00011260476466040754, 5.830787607652303e-5, 0.0007026937100395264, -0.000439208275785225, -0.004818785521736092, 0.008393044302982471,
  0.028361550131917473, -0.17125114524605944, 0.45391411664809755, -0.8046518494391488, 1.054031820305718,
]);

/** √½ and √(2/π) in two parts each; 2 √(2/π) and 0.044715 times that, likewise. */
const table = memory.data<f64>([
  0.7071067811865476, -4.833646656726457e-17, 0.7978845608028654, -4.98465440455546e-17, 1.5957691216057308, -9.96930880911092e-17,
  0.07135481627260025, -6.175149918155315e-19,
]);

/** The slope at x + extra next to its zero, `within` elsewhere. */
// @inline
function crossed<T extends number>(x: v128, extra: v128, which: usize, within: v128): v128 {
  const first = crossings + which * 8;
  const distance = v128.add<f64>(v128.sub<f64>(x, constant(first, 0)), v128.sub<f64>(extra, constant(first, 1)));
  const isNear = v128.lt<f64>(v128.abs<f64>(distance), double(0.4));
  if (!v128.any_true(isNear)) return within;
  // The first five make no difference to float32.
  const start: usize = sizeof<T>() === 4 ? 7 : 2;
  let p = constant(first, start);
  for (let at: usize = start + 1; at < 19; at++) p = horner(p, distance, first, at);
  return v128.bitselect(v128.mul<f64>(distance, p), within, isNear);
}

/** Where exponentials are so small that they lose digits, they are larger by 2¹²⁸ until the end. Float32 has none of that in doubles. */
// @inline
function isDeep(x: v128): v128 {
  return v128.lt<f64>(x, double(-640));
}

/** The power of two in exp(x) for -760 ≤ x ≤ 0, times 2¹²⁸ where x is deep; float32 does not come close to that. */
// @inline
function scaleOf<T extends number>(x: v128): v128 {
  const n = multiple(x);
  return powerOfTwo(sizeof<T>() === 4 ? n : v128.add<i64>(n, v128.and(isDeep(x), i64x2.splat(128))));
}

/** What exp(x + extra) is more than that power, in such powers. */
// @inline
function restOf<T extends number>(x: v128, extra: v128): v128 {
  return remainder<T>(x, multiple(x), extra);
}

/** The exponential, times a factor if the scale was: rounded once. */
// @inline
function raised(scale: v128, rest: v128): v128 {
  return madd<f64>(scale, rest, scale);
}

// @inline
function dropped<T extends number>(y: v128, x: v128): v128 {
  if (sizeof<T>() === 4) return y;
  return v128.mul<f64>(y, v128.bitselect(double(2.938735877055719e-39), double(1), isDeep(x)));
}

/** Up to here exponentials are taken. */
// @inline
function within<T extends number>(x: v128): v128 {
  return sizeof<T>() === 4 ? clamped(x, -150, 150) : clamped(x, -760, 760);
}

/** `y`, or the zero of x's sign where a gate has closed: there x may be infinite. */
// @inline
function orClosed<T extends number>(y: v128, x: v128, gate: v128): v128 {
  const isClosed = v128.le<f64>(gate, double(sizeof<T>() === 4 ? -150 : -760));
  return v128.bitselect(v128.and(x, double(-0.0)), y, isClosed);
}

/** a b less the product that it was rounded to, where the product is one that exponentials are taken of; for float32 nothing is lost. */
// @inline
function lostIn<T extends number>(a: v128, b: v128, product: v128): v128 {
  if (sizeof<T>() === 4) return double(0);
  return v128.and(lostBy(a, b, product), v128.lt<f64>(v128.abs<f64>(product), double(2000)));
}

/** `extra` with the sign that makes x + extra negative when x is. */
// @inline
function turned(extra: v128, x: v128): v128 {
  return v128.xor(extra, v128.andnot(double(-0.0), x));
}

/** x times a gate that is σ(u + extra). */
// @inline
function gated<T extends number>(x: v128, u: v128, extra: v128): v128 {
  const h = v128.neg<f64>(v128.abs<f64>(within<T>(u)));
  const scale = scaleOf<T>(h);
  const rest = restOf<T>(h, turned(extra, u));
  const d = v128.add<f64>(double(1), dropped<T>(raised(scale, rest), h));
  const isBelow = v128.lt<f64>(u, double(0));
  const below = dropped<T>(v128.div<f64>(raised(v128.mul<f64>(x, scale), rest), d), h);
  return orClosed<T>(v128.bitselect(below, v128.div<f64>(x, d), isBelow), x, u);
}

/** σ(u + extra) (1 + moved σ(-u)) */
// @inline
function gatedSlope<T extends number>(u: v128, extra: v128, moved: v128): v128 {
  const h = v128.neg<f64>(v128.abs<f64>(within<T>(u)));
  const scale = scaleOf<T>(h);
  const rest = restOf<T>(h, turned(extra, u));
  const e = dropped<T>(raised(scale, rest), h);
  const d = v128.add<f64>(double(1), e);
  const square = v128.mul<f64>(d, d);
  const below = dropped<T>(v128.div<f64>(raised(v128.mul<f64>(v128.add<f64>(d, moved), scale), rest), square), h);
  const above = v128.div<f64>(madd<f64>(moved, e, d), square);
  return v128.bitselect(below, above, v128.lt<f64>(u, double(0)));
}

// @inline
function swishOf<T extends number>(x: v128, alpha: v128): v128 {
  const u = v128.mul<f64>(alpha, x);
  return gated<T>(x, u, lostIn<T>(alpha, x, u));
}

/** x σ(α x) */
// @inline
export function swish<T extends number>(x: v128, alpha: v128): v128 {
  if (sizeof<T>() === 4) return joined(swishOf<T>(lower(x), lower(alpha)), swishOf<T>(upper(x), upper(alpha)));
  return swishOf<T>(x, alpha);
}

// @inline
function swishSlopeOf<T extends number>(x: v128, alpha: v128): v128 {
  const product = v128.mul<f64>(alpha, x);
  const u = within<T>(product);
  const extra = lostIn<T>(alpha, x, product);
  return crossed<T>(u, extra, ofSwish, gatedSlope<T>(u, extra, u));
}

/** The slope of u σ(u) at u = α x. */
// @inline
export function swishSlope<T extends number>(x: v128, alpha: v128): v128 {
  if (sizeof<T>() === 4) return joined(swishSlopeOf<T>(lower(x), lower(alpha)), swishSlopeOf<T>(upper(x), upper(alpha)));
  return swishSlopeOf<T>(x, alpha);
}

/** 1 + 2e + 2e² for positive x, and 2 + 2e + e² for others, with e the exponential of the negative size. */
// @inline
function mishDivisor(e: v128, isBelow: v128): v128 {
  const twice = v128.add<f64>(e, e);
  const square = v128.mul<f64>(e, e);
  const above = v128.add<f64>(v128.add<f64>(v128.add<f64>(square, square), twice), double(1));
  return v128.bitselect(v128.add<f64>(v128.add<f64>(square, twice), double(2)), above, isBelow);
}

// @inline
function mishOf<T extends number>(x: v128): v128 {
  const h = v128.neg<f64>(v128.abs<f64>(within<T>(x)));
  const scale = scaleOf<T>(h);
  const rest = restOf<T>(h, double(0));
  const e = dropped<T>(raised(scale, rest), h);
  const isBelow = v128.lt<f64>(x, double(0));
  const divisor = mishDivisor(e, isBelow);
  const below = dropped<T>(v128.div<f64>(raised(v128.mul<f64>(v128.mul<f64>(x, scale), v128.add<f64>(e, double(2))), rest), divisor), h);
  const gate = v128.div<f64>(v128.add<f64>(v128.add<f64>(e, e), double(1)), divisor);
  return orClosed<T>(v128.bitselect(below, v128.mul<f64>(x, gate), isBelow), x, x);
}

/** x tanh(ln(1 + eˣ)) */
// @inline
export function mish<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(mishOf<T>(lower(x)), mishOf<T>(upper(x)));
  return mishOf<T>(x);
}

// @inline
function mishSlopeOf<T extends number>(given: v128): v128 {
  const x = within<T>(given);
  const h = v128.neg<f64>(v128.abs<f64>(x));
  const scale = scaleOf<T>(h);
  const rest = restOf<T>(h, double(0));
  const e = dropped<T>(raised(scale, rest), h);
  const isBelow = v128.lt<f64>(x, double(0));
  const divisor = mishDivisor(e, isBelow);
  const square = v128.mul<f64>(divisor, divisor);
  const risen = v128.mul<f64>(v128.mul<f64>(double(4), x), v128.add<f64>(e, double(1)));
  const below = raised(v128.mul<f64>(scale, madd<f64>(v128.add<f64>(e, double(2)), divisor, risen)), rest);
  const above = madd<f64>(v128.add<f64>(v128.add<f64>(e, e), double(1)), divisor, v128.mul<f64>(risen, v128.mul<f64>(e, e)));
  const slope = v128.bitselect(dropped<T>(v128.div<f64>(below, square), h), v128.div<f64>(above, square), isBelow);
  return crossed<T>(x, double(0), ofMish, slope);
}

// @inline
export function mishSlope<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(mishSlopeOf<T>(lower(x)), mishSlopeOf<T>(upper(x)));
  return mishSlopeOf<T>(x);
}

/** The same up to x = 12 for float32. */
const complementOfSingles = memory.data<f64>([
  -7.381763474833309e-5, 4.0567468727865833e-5, 0.0006726671407294481, -0.0004320534198511891, -0.0048085350000566475, 0.008391615982863074,
  0.02836001019842447, -0.17125101295368814, 0.4539141999956776, -0.8046518533270265, 1.0540318195810148,
]);

/** erfc(z) exp(z²) for z ≥ ¼. */
// @inline
function scaledComplement<T extends number>(z: v128): v128 {
  const below = v128.add<f64>(z, double(2.5));
  const t = v128.div<f64>(v128.sub<f64>(z, double(2.5)), below);
  const powers = sizeof<T>() === 4 ? complementOfSingles : complement;
  const count: usize = sizeof<T>() === 4 ? 11 : 23;
  let p = constant(powers, 0);
  for (let at: usize = 1; at < count; at++) p = horner(p, t, powers, at);
  return v128.div<f64>(p, below);
}

/** `factor` times twice the normal distribution function at -x, for x ≥ 0, to which `moved` times exp(-x²/2) is added first. */
// @inline
function tail<T extends number>(x: v128, moved: v128, factor: v128): v128 {
  const square = v128.mul<f64>(x, x);
  const h = v128.mul<f64>(double(-0.5), square);
  const scale = scaleOf<T>(h);
  const rest = restOf<T>(h, v128.mul<f64>(double(-0.5), lostIn<T>(x, x, square)));
  const z = v128.mul<f64>(x, constant(table, 0));
  const isSmall = v128.lt<f64>(x, double(0.36));
  const far = dropped<T>(raised(v128.mul<f64>(v128.mul<f64>(scale, factor), v128.add<f64>(scaledComplement<T>(z), moved)), rest), h);
  if (!v128.any_true(isSmall)) return far;
  const small = madd<f64>(raised(scale, rest), moved, v128.sub<f64>(double(1), erfNear<T>(z)));
  return v128.bitselect(v128.mul<f64>(small, factor), far, isSmall);
}

/** Beyond, the normal distribution is 0 or 1. */
// @inline
function widest<T extends number>(): f64 {
  return sizeof<T>() === 4 ? 17 : 38.9;
}

// @inline
function geluOf<T extends number>(x: v128): v128 {
  const size = v128.pmin<f64>(v128.abs<f64>(x), double(widest<T>()));
  const half = double(0.5);
  const isBelow = v128.lt<f64>(x, double(0));
  const share = tail<T>(size, double(0), v128.bitselect(v128.mul<f64>(half, x), half, isBelow));
  const open = v128.bitselect(share, v128.mul<f64>(x, v128.sub<f64>(double(1), share)), isBelow);
  return v128.bitselect(v128.and(x, double(-0.0)), open, v128.lt<f64>(x, double(-widest<T>())));
}

/** x Φ(x) */
// @inline
export function gelu<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(geluOf<T>(lower(x)), geluOf<T>(upper(x)));
  return geluOf<T>(x);
}

/** The slopes at x and -x sum to 1. */
// @inline
function geluSlopeOf<T extends number>(given: v128): v128 {
  const x = clamped(given, -widest<T>(), widest<T>());
  const size = v128.abs<f64>(x);
  const below = tail<T>(size, v128.mul<f64>(v128.neg<f64>(constant(table, 2)), size), double(0.5));
  const slope = v128.bitselect(below, v128.sub<f64>(double(1), below), v128.lt<f64>(x, double(0)));
  return crossed<T>(x, double(0), ofGelu, slope);
}

/** Φ(x) + x φ(x) */
// @inline
export function geluSlope<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(geluSlopeOf<T>(lower(x)), geluSlopeOf<T>(upper(x)));
  return geluSlopeOf<T>(x);
}

/** 2 √(2/π) (1 + 0.044715 x²) */
// @inline
function bend(square: v128): v128 {
  return v128.add<f64>(constant(table, 4), v128.mul<f64>(constant(table, 6), square));
}

/** What 2 √(2/π) (x + 0.044715 x³) is more than x · b, where b is what `bend` makes of the square of x. */
// @inline
function lostInBend<T extends number>(x: v128, square: v128, b: v128): v128 {
  if (sizeof<T>() === 4) return double(0);
  const bent = v128.mul<f64>(constant(table, 6), square);
  const low = madd<f64>(
    constant(table, 6),
    lostBy(x, x, square),
    madd<f64>(constant(table, 7), square, lostBy(constant(table, 6), square, bent)),
  );
  const part = v128.sub<f64>(b, constant(table, 4));
  const rest = v128.add<f64>(v128.sub<f64>(constant(table, 4), v128.sub<f64>(b, part)), v128.sub<f64>(bent, part));
  const product = v128.mul<f64>(x, b);
  return madd<f64>(x, v128.add<f64>(rest, v128.add<f64>(low, constant(table, 5))), lostBy(x, b, product));
}

// @inline
function geluTanhOf<T extends number>(given: v128): v128 {
  const x = clamped(given, -23, 23);
  const square = v128.mul<f64>(x, x);
  const b = bend(square);
  return gated<T>(given, v128.mul<f64>(x, b), lostInBend<T>(x, square, b));
}

/** x σ(2 √(2/π) (x + 0.044715 x³)) */
// @inline
export function geluTanh<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(geluTanhOf<T>(lower(x)), geluTanhOf<T>(upper(x)));
  return geluTanhOf<T>(x);
}

// @inline
function geluTanhSlopeOf<T extends number>(given: v128): v128 {
  const x = clamped(given, -21.6, 21.6);
  const square = v128.mul<f64>(x, x);
  const b = bend(square);
  const moved = v128.mul<f64>(x, madd<f64>(v128.mul<f64>(double(3), constant(table, 6)), square, constant(table, 4)));
  return crossed<T>(x, double(0), ofGeluTanh, gatedSlope<T>(v128.mul<f64>(x, b), lostInBend<T>(x, square, b), moved));
}

// @inline
export function geluTanhSlope<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(geluTanhSlopeOf<T>(lower(x)), geluTanhSlopeOf<T>(upper(x)));
  return geluTanhSlopeOf<T>(x);
}
