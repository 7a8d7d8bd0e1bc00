import fc from "fast-check";
import { type DType, dtypes, isFloating } from "../../../src/tensor/dtype.ts";
import { type Shape, sizeOf } from "../../../src/tensor/shape.ts";
import { tensorOf } from "../../../src/tensor/tensor.ts";
import { extreme, mostly, plain, stranger } from "./numbers.ts";

/** A tensor as its author means it. */
export interface Meant {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly numbers: readonly number[];
}

export const shapes: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 8, arbitrary: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 5 }) },
);

const numberOf: Readonly<Record<DType, fc.Arbitrary<number>>> = {
  float64: plain,
  float32: plain,
  int64: fc.integer({ min: -4, max: 4 }),
  int32: fc.integer({ min: -4, max: 4 }),
  bool: fc.integer({ min: 0, max: 1 }),
};

const special = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, 5e-324, -0);

/** Numbers for a shape, floating ones with a NaN or the like now and then. */
export function meantOf(dtype: DType, shape: Shape): fc.Arbitrary<Meant> {
  const number = isFloating(dtype) ? mostly(numberOf[dtype], special, 60) : numberOf[dtype];
  const size = Math.min(sizeOf(shape), 5000);
  return fc.array(number, { minLength: size, maxLength: size }).map((numbers) => ({ dtype, shape, numbers }));
}

export const meant: fc.Arbitrary<Meant> = fc.tuple(fc.constantFrom(...dtypes), shapes).chain(([dtype, shape]) => meantOf(dtype, shape));

type Form = "list" | "typed list" | "flat" | "base64";
const form: fc.Arbitrary<Form> = fc.constantFrom("list", "typed list", "flat", "base64");

/** A tensor as JSON in one of the ways in which requests may write it. */
export const written = (tensor: Meant): fc.Arbitrary<unknown> => form.map((each) => writtenAs(tensor, each));

export function writtenAs({ dtype, shape, numbers }: Meant, as: Form): unknown {
  if (as === "base64") {
    const { data } = tensorOf(dtype, shape, numbers.slice(0, sizeOf(shape)));
    // int64 is held in doubles, and travels as 64-bit integers.
    const bytes = dtype === "int64" ? BigInt64Array.from(data, BigInt) : data;
    return { shape, dtype, base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
  }
  const elements = numbers.map((number) => jsonOf(number, dtype));
  if (as === "flat") return { shape, dtype, data: elements };
  const list = nested(elements, shape);
  return as === "list" ? list : { dtype, data: list };
}

function jsonOf(number: number, dtype: DType): unknown {
  if (dtype === "bool") return number !== 0;
  return Number.isFinite(number) ? number : String(number);
}

function nested(elements: readonly unknown[], shape: Shape): unknown {
  if (shape.length === 0) return elements[0];
  const [length, ...inner] = shape;
  const each = sizeOf(inner);
  return Array.from({ length }, (_, at) => nested(elements.slice(at * each, (at + 1) * each), inner));
}

/** One fault in a tensor that is otherwise right. */
const fault: fc.Arbitrary<(json: unknown) => unknown> = fc.oneof(
  stranger.map((value) => () => value),
  fc.tuple(fc.nat(), fc.oneof(extreme, stranger)).map(
    ([at, value]) =>
      (json: unknown) =>
        withElement(json, at, value),
  ),
  fc.tuple(fc.constantFrom("shape", "dtype", "data", "base64", "shpae"), fc.oneof(extreme, stranger, fc.constant(undefined))).map(
    ([member, value]) =>
      (json: unknown) =>
        isObject(json) ? { ...json, [member]: value } : json,
  ),
  fc
    .array(fc.oneof(fc.nat({ max: 5 }), extreme), { maxLength: 4 })
    .map((shape) => (json: unknown) => (isObject(json) ? { ...json, shape } : [json])),
  fc.constantFrom(...dtypes).map((dtype) => (json: unknown) => (isObject(json) ? { ...json, dtype } : { dtype, data: json })),
  fc.string({ maxLength: 12 }).map((text) => (json: unknown) => (isObject(json) ? { ...json, base64: text, data: undefined } : text)),
);

const isObject = (json: unknown): json is object => typeof json === "object" && json !== null && !Array.isArray(json);

function withElement(json: unknown, at: number, value: unknown): unknown {
  if (!Array.isArray(json)) return isObject(json) && "data" in json ? { ...json, data: withElement(json.data, at, value) } : value;
  if (json.length === 0) return [value];
  const place = at % json.length;
  return json.with(
    place,
    Array.isArray(json[place]) && at % 3 > 0 ? withElement(json[place], Math.floor(at / 3), value) : value,
  ) as unknown;
}

/** A tensor in any form, rarely a wrong one. */
export const tensorJson = (arbitrary: fc.Arbitrary<Meant> = meant, wrongOnce = 12): fc.Arbitrary<unknown> => {
  const right = arbitrary.chain(written);
  return mostly(
    right,
    fc.tuple(right, fault).map(([json, spoil]) => spoil(json)),
    wrongOnce,
  );
};
