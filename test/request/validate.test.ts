import { describe, expect, test } from "vitest";
import { z } from "zod";
import { check, validate } from "../../src/request/validate.ts";
import { problemOf } from "../support/problems.ts";

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

describe("a name that is no member", () => {
  const schema = z.strictObject({ expression: z.string().optional(), inputs: z.string().optional() });
  test.each<[json: object, suggestion: string | undefined]>([
    [{ precision: 1 }, "expression"],
    // What is there already was not meant.
    [{ expression: "x", precision: 1 }, undefined],
    [{ expression: "x", expresion: "x" }, "expression"],
    [{ inputs: "x", input: 1 }, "inputs"],
  ])("%j", (json, suggestion) => {
    expect(problemOf(() => validate(schema, json)).errors[0].suggestion).toBe(suggestion);
  });
});

describe("a text where a list of texts is wanted is a list of one", () => {
  const schema = z.strictObject({
    parts: z.array(z.enum(["a", "b"])).default(["a"]),
    nodes: z.array(z.strictObject({ inputs: z.array(z.string().nullable()) })).optional(),
    numbers: z.array(z.number()).optional(),
  });

  test.each([
    [{ parts: "b" }, { parts: ["b"] }],
    [
      { parts: "b", nodes: [{ inputs: "x" }, { inputs: ["y"] }, { inputs: "" }] },
      { parts: ["b"], nodes: [{ inputs: ["x"] }, { inputs: ["y"] }, { inputs: [""] }] },
    ],
  ])("%j", (json, expected) => {
    const before = structuredClone(json);
    expect(validate(schema, json)).toEqual(expected);
    expect(json).toEqual(before);
  });

  test.each([
    [{ parts: "c" }, "/parts"],
    [{ numbers: "1" }, "/numbers"],
    [{ parts: 1 }, "/parts"],
    [{ parts: "a", numbers: "1" }, "/numbers"],
    [{ parts: { a: "a" } }, "/parts"],
  ])("but not %j", (json, pointer) => {
    expect(problemOf(() => validate(schema, json)).errors.map((place) => place.pointer)).toEqual([pointer]);
  });

  test("up to some, beyond which what is there is told", () => {
    const nodes = Array.from({ length: 100_000 }, () => ({ inputs: "x" }));
    expect(problemOf(() => validate(schema, { nodes })).errors[0].pointer).toBe("/nodes/100/inputs");
  });
});
