/** The element types of a tensor. int64 is stored in doubles and is exact between -2^53 and 2^53. */
export const dtypes = ["float64", "float32", "int64", "int32", "bool"] as const;

export type DType = (typeof dtypes)[number];

export type Data = Float64Array | Float32Array | Int32Array | Uint8Array;

export const bytesPerElement: Readonly<Record<DType, number>> = { float64: 8, float32: 4, int64: 8, int32: 4, bool: 1 };

export const isFloating = (dtype: DType): dtype is "float64" | "float32" => dtype === "float64" || dtype === "float32";

/** New zeroed storage for `size` elements. */
export function allocate(dtype: DType, size: number): Data {
  switch (dtype) {
    case "float64":
    case "int64":
      return new Float64Array(size);
    case "float32":
      return new Float32Array(size);
    case "int32":
      return new Int32Array(size);
    case "bool":
      return new Uint8Array(size);
  }
}
