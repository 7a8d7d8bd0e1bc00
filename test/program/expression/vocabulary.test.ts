import { describe, expect, test } from "vitest";
import { functionNamed, functionNames, infixOperator, renaming } from "../../../src/program/expression/vocabulary.ts";
import { snakeName } from "../../../src/program/names.ts";
import { catalogue } from "../../../src/ops/catalogue.ts";

test.each(catalogue.map((op) => [op.type, op] as const))("%s is callable by its name in snake_case", (type, op) => {
  const name = snakeName(type);
  expect(functionNames).toContain(name);
  const meanings = [0, 1, 2, 3].map((operands) => functionNamed(name, operands)?.op);
  expect(meanings).toContain(op);
});

describe("signs", () => {
  test.each(["infix", "prefix", "postfix"] as const)("every %s sign belongs to one operator", (position) => {
    const signs = catalogue.flatMap((op) => op.syntax?.[position] ?? []);
    expect(new Set(signs).size).toBe(signs.length);
  });

  test("two spellings of the power are one", () => {
    expect(infixOperator("**")).toBe(infixOperator("^"));
  });
});

test("short names prefer their own operand count and spelling", () => {
  expect(functionNamed("max", 1)?.op).not.toBe(functionNamed("max", 2)?.op);
  expect(functionNamed("max", 2)?.op).toBe(functionNamed("max", 5)?.op);
  expect(functionNamed("argmax", 1)?.op).toBe(functionNamed("arg_max", 1)?.op);
  expect(functionNamed("argmax", 1)?.attributes).not.toEqual(functionNamed("arg_max", 1)?.attributes);
  expect(functionNamed("nothing", 1)).toBeUndefined();
});

test("the operator that only renames is the plainest one", () => {
  const op = renaming();
  expect(op.inputs).toHaveLength(1);
  expect(op.defaults).toEqual({});
});
