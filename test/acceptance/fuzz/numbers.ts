import fc from "fast-check";
import { raw } from "./raw.ts";

/** Numbers at which programs stumble. */
export const extremes: readonly unknown[] = [
  0,
  raw("-0"),
  -1,
  1.5,
  1e308,
  -1e308,
  raw("1e-320"),
  raw("1e400"),
  2 ** 31,
  -(2 ** 31),
  2 ** 32 + 1,
  2 ** 53,
  2 ** 53 - 1,
  -(2 ** 53),
  1e15,
  1_000_003,
  "NaN",
  "Infinity",
  "-Infinity",
];

/** What stands where it should not. */
export const strangers: readonly unknown[] = [
  null,
  true,
  "",
  "x",
  "__proto__",
  [],
  {},
  [[]],
  [null],
  { shape: [2], data: [1, 2] },
  { shape: [0], dtype: "float32", data: [] },
  "\u0000",
  "\ud800",
  "💡".repeat(200),
];

export const extreme: fc.Arbitrary<unknown> = fc.constantFrom(...extremes);
export const stranger: fc.Arbitrary<unknown> = fc.constantFrom(...strangers);

/** A finite number that shows few digits. */
export const plain: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 4, arbitrary: fc.integer({ min: -2000, max: 2000 }).map((n) => n / 512) },
);

/** `usual`, and once in a while `other`. */
export const mostly = <A, B>(usual: fc.Arbitrary<A>, other: fc.Arbitrary<B>, once = 16): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: once - 1, arbitrary: usual }, { weight: 1, arbitrary: other });
