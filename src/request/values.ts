import { z } from "zod";
import { dtypes } from "../tensor/dtype.ts";

/** A name of an input, constant, parameter or node. Half a surrogate pair is no character, so it is refused with the controls. */
export const Name = z
  .string()
  .min(1)
  .max(256)
  // Spelled out, because the pattern is part of the contract and other languages have no \p{Cc}.
  .regex(/^(?!__proto__$)[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$/u, "A name may not contain control characters, nor be __proto__")
  .meta({ id: "Name", description: "Any text of 1 to 256 characters without control characters", examples: ["x", "θ", "0.weight"] });

const size = { type: "integer", minimum: 0 };
const typed = {
  shape: { type: "array", items: size, description: "Sizes of the axes; [] is a scalar" },
  dtype: { enum: [...dtypes], description: "The element type" },
};
const element = {
  anyOf: [{ type: "number" }, { type: "boolean" }, { enum: ["NaN", "Infinity", "-Infinity"] }],
  description: "A number, a boolean, or a non-finite number as text",
};
const list = { type: "array", items: {}, description: "Elements, or lists of equal length, to any depth" };
const forms = [
  ...element.anyOf,
  list,
  {
    type: "object",
    description: "Row-major data, flat or nested",
    properties: { ...typed, data: { anyOf: [...element.anyOf, list], description: "The elements, flat in row-major order or nested" } },
    required: ["data"],
    additionalProperties: false,
  },
  {
    type: "object",
    description: "Row-major little-endian data; int64 takes 8 bytes an element and bool 1",
    properties: { ...typed, base64: { type: "string", contentEncoding: "base64", description: "The bytes of the elements" } },
    required: ["shape", "dtype", "base64"],
    additionalProperties: false,
  },
];

/**
 * A tensor in a request. It passes through as it is and is read by `decodeTensor`, which is faster than a schema over millions of
 * elements and knows where the bad one is. Hence the schema of its forms is for the contract only.
 */
export const TensorInput = z.unknown().meta({
  id: "Tensor",
  description:
    'A tensor: a number, a (nested) list of numbers or booleans, or an object with its data or base64. Non-finite numbers are written "NaN", "Infinity" and "-Infinity"; the bare words NaN, Infinity and -Infinity, which Python writes, are read, too. Numbers without a dtype take the one that is needed where they are used, else float64',
  anyOf: forms,
  examples: [
    1.5,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { shape: [2], dtype: "float32", data: [0.5, "NaN"] },
  ],
});

/** A tensor in an answer, in the encoding that the request chose. */
export const TensorOutput = z.unknown().meta({
  id: "AnswerTensor",
  description:
    'A tensor in the encoding that the request chose: list (a number or nested lists), flat (shape, dtype and data) or base64 (shape, dtype and base64). Non-finite numbers are written "NaN", "Infinity" and "-Infinity"',
  anyOf: forms,
  examples: [
    9,
    [
      [1, 2],
      [3, 4],
    ],
  ],
});

/** Tensors by name. */
export const TensorInputs = z.record(Name, TensorInput).meta({ description: "Tensors by name", examples: [{ x: 1, y: [2, 3] }] });

export const encodings = ["list", "flat", "base64"] as const;

export const Encoding = z
  .enum(encodings)
  .default("list")
  .meta({
    description:
      "How tensors are written in the answer: list (numbers and nested lists), flat (shape, dtype and a flat list) or base64 (shape, dtype and little-endian bytes)",
    examples: ["base64"],
  });
export type Encoding = (typeof encodings)[number];

export const DTypeName = z
  .enum(dtypes)
  .meta({ id: "DType", description: "An element type; int64 is exact between -2^53 and 2^53", examples: ["float64"] });
