import { describe, expect, test } from "vitest";
import { faultOf } from "../support/problems.ts";
import { compileFormula, compileGraph } from "./programs.ts";

const float32 = (data: unknown, shape: number[] = []) => ({ shape, dtype: "float32", data });
const int64 = (data: unknown, shape: number[] = []) => ({ shape, dtype: "int64", data });

/** The dtypes of a formula's inputs and of its first output. */
function typesOf(text: string, inputs: Record<string, unknown>): Record<string, string> {
  const program = compileFormula(text, inputs);
  return Object.fromEntries([...program.inputs, ...program.outputs].map(({ name, value }) => [name, value.dtype]));
}

describe("numbers without a dtype take the one that is needed", () => {
  test.each<[text: string, inputs: Record<string, unknown>, dtypes: Record<string, string>]>([
    ["y = -x", { x: 1 }, { x: "float64", y: "float64" }],
    ["y = 2 * 3", {}, { y: "float64" }],
    ["y = x", { x: true }, { x: "bool", y: "bool" }],
    ["y = x * 2", { x: float32(1) }, { x: "float32", y: "float32" }],
    ["y = 2 * x + 1", { x: float32(1) }, { x: "float32", y: "float32" }],
    ["y = x ^ 2.5", { x: float32(1) }, { x: "float32", y: "float32" }],
    ["y = x * k", { x: float32(1), k: 2 }, { x: "float32", k: "float32", y: "float32" }],
    ["k = 2; y = x * k", { x: float32(1) }, { x: "float32", y: "float32" }],
    ["h = -w; y = x @ h", { w: float32([[1]], [1, 1]), x: [[2]] }, { w: "float32", x: "float32", y: "float32" }],
    ["y = x + 1", { x: int64(1) }, { x: "int64", y: "int64" }],
    ["y = gather(x, i)", { x: [1.5, 2.5], i: [0, 1] }, { x: "float64", i: "int64", y: "float64" }],
    ["y = gather(x, i) * x", { x: float32([1.5], [1]), i: 0 }, { x: "float32", i: "int64", y: "float32" }],
    ["y = where(c, x, -x)", { c: [true, false], x: [1, 2] }, { c: "bool", x: "float64", y: "float64" }],
    ["y = where(c, x, -x)", { c: [1, 0], x: [1, 2] }, { c: "bool", x: "float64", y: "float64" }],
    ["y = where(x > 0, x, 0)", { x: float32([1], [1]) }, { x: "float32", y: "float32" }],
    ["y = x == true", { x: [true] }, { x: "bool", y: "bool" }],
    ["y = argmax(x, axis=0) + 1", { x: [1, 2] }, { x: "float64", y: "int64" }],
    ["k = 1; y = argmax(x, axis=0) + k", { x: [1, 2] }, { x: "float64", y: "int64" }],
  ])("%s with %j", (text, inputs, dtypes) => {
    expect(typesOf(text, inputs)).toEqual(dtypes);
  });

  test("a declaration comes before consumers", () => {
    const nodes = [{ name: "y", op: "Mul", inputs: ["x", 2] }];
    const program = compileGraph({ inputs: { x: { dtype: "float32" } }, nodes }, { x: [1, 2] });
    expect(program.inputs[0].value.dtype).toBe("float32");
    expect(program.outputs[0].value.dtype).toBe("float32");
  });

  test("an empty list counts as whole numbers", () => {
    expect(typesOf("y = reduce_sum(x, axes)", { x: [1, 2], axes: [] })).toMatchObject({ axes: "int64" });
  });
});

describe("typed tensors do not mix", () => {
  test.each([
    ["x + y", { x: float32(1), y: { shape: [], dtype: "float64", data: 1 } }],
    ["x + y", { x: int64(1), y: { shape: [], dtype: "int32", data: 1 } }],
    ["x + 1.5", { x: int64(1) }],
    ["x * y", { x: [true], y: [1.5] }],
    ["exp(i)", { i: int64(1) }],
    // An input stays floating whatever its numbers are.
    ["x + y", { x: 1, y: int64(1) }],
    ["x * argmax(y)", { x: 1, y: [1, 2] }],
  ])("%s with %j", (text, inputs) => {
    expect(faultOf(() => compileFormula(text, inputs))).toMatchObject({ code: "type_mismatch", pointer: "/expression" });
  });
});
