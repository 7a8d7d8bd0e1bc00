import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { gradients } from "../../src/compute/gradients.ts";
import { findOperator } from "../../src/ops/catalogue.ts";
import { type Accuracy, accuracyOf } from "../../src/ops/define.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { performed } from "../support/tasks.ts";

/** Exact numbers: doubles, and what rounding to them lost, in 1/254 of a unit in the last place; both in base64. */
interface Exact {
  readonly rounded: string;
  readonly lost: string;
  /** What the magnitudes of the terms of each add up to, where the units are those of terms. */
  readonly terms?: string;
}

/** A program with its inputs at many points and what it must answer there, as test/goldens/accuracy/*.py write it. */
export interface AccuracyCase {
  readonly name: string;
  /** Whose definition states the bounds; null: the case states its own. */
  readonly operator: string | null;
  readonly bounds: Accuracy | null;
  readonly program: object;
  readonly dtype: "float64" | "float32";
  /** Of an input at one point, unless `shapes` has its own; in an elementwise case, of all points together. */
  readonly shape: readonly number[];
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** How many points lie one after another in inputs and results; absent: elementwise. */
  readonly points?: number;
  readonly inputs: Readonly<Record<string, string>>;
  /** Inputs that are the same at all points and are not differentiated by, as a request has them. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Of the output at one point; 1 for a scalar and for elementwise cases. */
  readonly cotangent?: unknown;
  readonly values: Exact;
  readonly gradients: Readonly<Record<string, Exact>>;
}

/** The largest error, in units in the last place, and where it is: the place among the numbers, what came and what should have come. */
export interface Worst {
  readonly units: number;
  readonly at: number;
  readonly got: number;
  readonly wanted: number;
}

export interface Measured {
  readonly value: Worst;
  readonly gradient: Worst;
}

/** Files of cases in test/goldens/accuracy. */
const files = ["elementwise", "composites"] as const;

export const accuracyCases = (): AccuracyCase[] => files.flatMap(casesOf);

const casesOf = (file: string): AccuracyCase[] =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../goldens/accuracy/${file}.json.gz`, import.meta.url))).toString()) as AccuracyCase[];

/** The bounds that an operator's definition states, or the case itself. */
export function boundsOf({ name, operator, bounds }: AccuracyCase): Accuracy {
  const op = operator === null ? undefined : findOperator(operator);
  const stated = bounds ?? (op && accuracyOf(op));
  if (!stated) throw new Error(`nothing is stated of the accuracy of ${name}`);
  return stated;
}

/** Too few numbers for a kernel to be called: the loops compute them. */
const few = 16;

const run = performed(gradients);

/** The largest errors of a case, as POST /v1/gradients answers it; an elementwise one by the fused kernels, and by the loops. */
export function measure(given: AccuracyCase): Measured {
  if (given.points !== undefined)
    return errorsOf(
      given,
      answers(given, given.points, (name) => given.shapes?.[name] ?? given.shape),
    );
  const size = sizeOf(given.shape);
  const [whole, apart] = [size, few].map((length) =>
    errorsOf(
      given,
      answers(given, Math.ceil(size / length), () => [length]),
    ),
  );
  return { value: worse(whole.value, apart.value), gradient: worse(whole.gradient, apart.gradient) };
}

const worse = (a: Worst, b: Worst): Worst => (b.units > a.units ? b : a);

type Numbers = Readonly<Record<string, number[]>>;
interface Answer {
  readonly outputs: Readonly<Record<string, { readonly base64: string }>>;
  readonly gradients: Readonly<Record<string, { readonly base64: string }>>;
}

/** What the service answers at all points, one after another. */
function answers(
  { program, dtype, inputs, fixed = {}, cotangent, points }: AccuracyCase,
  count: number,
  shapeOf: (name: string) => readonly number[],
): Numbers {
  const storage = dtype === "float64" ? Float64Array : Float32Array;
  const columns = Object.entries(inputs).map(([name, text]) => [name, storage.from(doublesOf(text))] as const);
  const tensor = (numbers: Float64Array | Float32Array, shape: readonly number[]): object => ({ dtype, shape, base64: encoded(numbers) });
  const at = Array.from({ length: count }, (_, point) =>
    Object.fromEntries(
      columns.map(([name, numbers]) => {
        const size = sizeOf(shapeOf(name));
        const padded = new storage(size);
        padded.set(numbers.subarray(point * size, (point + 1) * size));
        return [name, tensor(padded, shapeOf(name))];
      }),
    ),
  );
  const ones = points === undefined ? tensor(new storage(sizeOf(shapeOf(""))).fill(1), shapeOf("")) : undefined;
  const request = {
    ...program,
    inputs: fixed,
    points: at,
    wrt: Object.keys(inputs),
    cotangent: cotangent ?? ones,
    return: ["outputs", "gradients"],
    encoding: "base64",
  };
  const body = JSON.parse(Buffer.from(run(request, {}).body).toString()) as { readonly points: readonly Answer[] };
  const numbersIn = (pick: (answer: Answer) => { readonly base64: string }): number[] =>
    body.points.flatMap((answer) => Array.from(new storage(bytesOf(pick(answer).base64).buffer)));
  const gradientsByName = columns.map(([name]) => [name, numbersIn(({ gradients: found }) => found[name])] as const);
  return { values: numbersIn(({ outputs }) => Object.values(outputs).slice(-1)[0]), ...Object.fromEntries(gradientsByName) };
}

function errorsOf({ dtype, values, gradients: exact }: AccuracyCase, found: Numbers): Measured {
  const byInput = Object.entries(exact).map(([name, wanted]) => worstOf(found[name], wanted, dtype, false));
  return { value: worstOf(found.values, values, dtype, true), gradient: byInput.reduce(worse) };
}

/** NaN is right only for NaN, an infinity only for itself, and a value's zero only with its sign; a derivative's may have either. */
function worstOf(found: readonly number[], exact: Exact, dtype: AccuracyCase["dtype"], isSigned: boolean): Worst {
  const lost = new Int8Array(bytesOf(exact.lost).buffer);
  const terms = exact.terms === undefined ? null : doublesOf(exact.terms);
  let worst: Worst = { units: 0, at: 0, got: 0, wanted: 0 };
  doublesOf(exact.rounded).forEach((wanted, at) => {
    const got = found[at];
    const units = unitsBetween(got, wanted, lost[at] / 254, dtype, isSigned && terms === null, terms?.[at]);
    if (units > worst.units) worst = { units, at, got, wanted };
  });
  return worst;
}

/**
 * How far a number is from an exact one: `wanted`, a double, and a part of its last place that it lost. In units of the terms that it is the
 * sum of, where they are given.
 */
export function unitsBetween(got: number, wanted: number, lost: number, dtype: AccuracyCase["dtype"], isSigned = true, terms = 0): number {
  const nearest = dtype === "float32" ? Math.fround(wanted) : wanted;
  if (Object.is(got, nearest) && !Number.isFinite(nearest)) return 0;
  if (!Number.isFinite(nearest) || !Number.isFinite(got)) return Infinity;
  if (got === 0 && nearest === 0) return isSigned && !Object.is(got, nearest) ? Infinity : 0;
  const [bits, least] = dtype === "float32" ? [23, -126] : [52, -1022];
  const own = spacing(nearest, bits, least);
  const unit = spacing(Math.max(Math.abs(nearest), terms), bits, least);
  return Math.abs((got - wanted) / unit - (dtype === "float32" ? 0 : lost * (own / unit)));
}

/** The distance between neighbours of a number, among those with so many bits after the first, the least exponent being given. */
function spacing(number: number, bits: number, least: number): number {
  let exponent = Math.max(Math.floor(Math.log2(Math.abs(number))), least);
  if (2 ** exponent > Math.abs(number)) exponent = Math.max(exponent - 1, least);
  else if (2 ** (exponent + 1) <= Math.abs(number)) exponent++;
  return 2 ** (exponent - bits);
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "base64"));
export const doublesOf = (text: string): Float64Array => new Float64Array(bytesOf(text).buffer);
const encoded = ({ buffer, byteOffset, byteLength }: Float64Array | Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");
