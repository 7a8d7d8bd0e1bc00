import { z } from "zod";
import { account } from "../../memory/account.ts";
import { DTypeName } from "../../request/values.ts";
import { allocate, bytesPerElement, type DType } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { asTold, kind, refuse, rowOf } from "./define.ts";

const schema = z
  .strictObject({ type: kind("cast"), dtype: DTypeName.meta({ description: "The element type to have", examples: ["float32"] }) })
  .meta({
    description:
      "Another element type. To an integer type only whole numbers within its range go, to float32 none that it has no room for; to bool all but 0 is true",
  });

function cast(tensor: Tensor, dtype: DType, pointer: string): Tensor {
  const { shape, data } = tensor;
  if (dtype === tensor.dtype) return tensor;
  account().charge(data.length * bytesPerElement[dtype]);
  const result = allocate(dtype, data.length);
  if (dtype === "bool") for (let at = 0; at < data.length; at++) result[at] = data[at] === 0 ? 0 : 1;
  else result.set(data);
  if (dtype === "float32") {
    const bad = data.findIndex((value, at) => Number.isFinite(value) && !Number.isFinite(result[at]));
    if (bad >= 0) throw refuse(pointer, `${rowOf(bad, shape)} has ${data[bad]}, which is too large for float32`);
  }
  const most = dtype === "int64" ? 2 ** 53 : Number.POSITIVE_INFINITY;
  if (dtype === "int64" || dtype === "int32") {
    const bad = data.findIndex((value, at) => value !== result[at] || !Number.isInteger(value) || Math.abs(value) > most);
    if (bad >= 0) throw refuse(pointer, `${rowOf(bad, shape)} has ${data[bad]}, which ${dtype} does not hold`);
  }
  return { dtype, shape, data: result };
}

export const Cast = { ...asTold(schema, ({ dtype }, rows, pointer) => cast(rows, dtype, pointer)), givesType: true };
