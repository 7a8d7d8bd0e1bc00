import { account } from "../memory/account.ts";
import { allocate, bytesPerElement, type Data, type DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Problem } from "../problems/problems.ts";
import { type GivenTensor, invalid, pointerInTensor } from "./tensor.ts";

/**
 * The given numbers as a tensor of the dtype that was decided for it. Typed tensors are never converted; plain numbers must fit the
 * dtype: integers whole and in range, bool 0 or 1, and JSON's booleans are bool only. The data may be the given storage itself. The pointer is
 * the tensor's own; it may be a function because most are never needed.
 */
export function settle(given: GivenTensor, dtype: DType, pointer: Pointer): Tensor {
  if (given.dtype !== null && given.dtype !== dtype) {
    throw mismatch(pointer, `The tensor is ${given.dtype}, but ${dtype} is needed here; types do not mix silently`);
  }
  const { shape } = given;
  if (given.layout === "base64") return { dtype, shape, data: given.data };
  if (given.kind === "bool" && dtype !== "bool") throw mismatch(pointer, `Booleans are given, but ${dtype} is needed here`);
  return { dtype, shape, data: converted(given, dtype, pointer) };
}

type Pointer = string | (() => string);

const textOf = (pointer: Pointer): string => (typeof pointer === "string" ? pointer : pointer());

function mismatch(pointer: Pointer, detail: string): Problem {
  return new Problem("type_mismatch", detail, [{ pointer: textOf(pointer), detail }]);
}

function converted(given: GivenTensor, dtype: DType, pointer: Pointer): Data {
  const { data } = given;
  if (dtype === "float64" || given.kind === "bool") return data;
  const range = dtype === "float32" ? null : ranges[dtype];
  if (range !== null && !(dtype === "int64" && given.kind === "whole")) {
    const bad = data.findIndex((element) => !range.holds(element));
    if (bad >= 0) throw invalid(textOf(pointer) + pointerInTensor(given, bad), `${data[bad]} is not ${range.what}`);
  }
  if (dtype === "int64") return data;
  account().charge(bytesPerElement[dtype] * data.length);
  const stored = allocate(dtype, data.length);
  stored.set(data);
  if (dtype === "float32") {
    const lost = stored.findIndex((element, at) => !Number.isFinite(element) && Number.isFinite(data[at]));
    if (lost >= 0) throw invalid(textOf(pointer) + pointerInTensor(given, lost), `${data[lost]} is too large for float32`);
  }
  return stored;
}

interface Range {
  readonly holds: (element: number) => boolean;
  readonly what: string;
}

const ranges: Readonly<Record<"int64" | "int32" | "bool", Range>> = {
  int64: { holds: Number.isSafeInteger, what: "a whole number that JSON carries exactly (up to 2^53 - 1), as int64 needs" },
  int32: { holds: (element) => (element | 0) === element, what: "a whole number between -2^31 and 2^31 - 1, as int32 needs" },
  bool: { holds: (element) => element === 0 || element === 1, what: "true or false (or 1 or 0), as bool needs" },
};
