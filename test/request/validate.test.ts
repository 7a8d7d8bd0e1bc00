import { describe, expect, test } from "vitest";
import { z } from "zod";
import { check } from "../../src/request/validate.ts";

describe("alternatives", () => {
  const Either = z.union([
    z.strictObject({ axis: z.int() }),
    z.array(z.int()),
    z.strictObject({ mode: z.enum(["edge", "wrap"]), by: z.int() }),
  ]);

  test("the one that the JSON comes closest to says what is wrong", () => {
    expect(check(Either, { mode: "edgee", by: 1 }, "/a")).toMatchObject({ places: [{ pointer: "/a/mode", suggestion: "edge" }] });
    expect(check(Either, [1, 2.5], "/a")).toMatchObject({ places: [{ pointer: "/a/1" }] });
  });

  test("when none is close, all say what they want", () => {
    const result = check(Either, "x", "/a");
    expect(result).toMatchObject({
      places: [{ pointer: "/a", detail: "Expected an object or a list, found a string" }],
    });
  });
});
