import { expect, test } from "vitest";
import { allFinite } from "../../src/kernels/finite.ts";
import { tensorOf } from "../../src/tensor/tensor.ts";
import { draws } from "./numbers.ts";
import { Stage } from "./stage.ts";

test.each(["float32", "float64"] as const)("one NaN or infinity is found wherever it stands in %s", (dtype) => {
  for (const size of [1, 5, 64, 67, 203]) {
    const there = new Stage().copy(tensorOf(dtype, [size], draws(size, size, -1e30, 1e30)));
    expect(allFinite(there)).toBe(true);
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (let at = 0; at < size; at++) {
        const good = there.data[at];
        there.data[at] = bad;
        expect(allFinite(there)).toBe(false);
        there.data[at] = good;
      }
    }
  }
});
