import { expect, test } from "vitest";
import { close } from "./service.ts";

test("the comparison of answers fails on a wrong number, a missing one and a NaN", () => {
  expect(() => close({ x: [1, 2] }, { x: [1, 2] })).not.toThrow();
  for (const wrong of [{ x: [1, 2.00001] }, { x: [1] }, { x: [1, 2, 3] }, { x: [1, "NaN"] }, { x: [1, null] }, { y: [1, 2] }, { x: 1 }]) {
    expect(() => close(wrong, { x: [1, 2] })).toThrow();
  }
  expect(() => close(Number.NaN, 1)).toThrow();
});
