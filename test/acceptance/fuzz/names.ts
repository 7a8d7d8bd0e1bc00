import fc from "fast-check";

/** Names that are legal, some of them with a meaning elsewhere. */
export const legalNames = [
  "x",
  "y",
  "z",
  "w",
  "θ",
  "权重",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "prototype",
  "0",
  "0.weight",
  "a b",
  "a/b~c",
  "null",
  "add_1",
  "relu_1",
  "💡",
  "e",
  "pi",
] as const;

export const illegalNames = ["", "__proto__", "\u0000", "x".repeat(257), "\ud800", "a\nb"] as const;

export const legalName: fc.Arbitrary<string> = fc.constantFrom(...legalNames);
export const anyName: fc.Arbitrary<string> = fc.oneof(
  { weight: 120, arbitrary: legalName },
  { weight: 1, arbitrary: fc.constantFrom(...illegalNames) },
);
