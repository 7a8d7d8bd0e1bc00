import katex from "katex";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { latexOf } from "../../src/formula/latex.ts";
import { simplified } from "../../src/formula/simplify.ts";
import { omitted, product, square, sum, symbol } from "../../src/formula/term.ts";
import { textOf } from "../../src/formula/text.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import { specAt } from "./cases.ts";

/** Operands as pictures write them, simple and compound. */
const operands = [symbol("x"), sum(product("W_1", "x"), "b"), square("θ"), ...["e", "t", "u", "v", "w"].map(symbol)];

const renders = (latex: string): void => {
  expect(latex).not.toBe("");
  expect(latex).not.toMatch(/undefined|null|NaN|\[object/);
  expect(() => katex.renderToString(latex, { throwOnError: true, strict: "error" }), latex).not.toThrow();
};

describe.each(catalogue.map((op) => [op.type, op] as const))("%s", (_, op) => {
  test("formulas render", () => {
    expect(op.display.label.trim()).not.toBe("");
    for (const { inputs, attributes } of op.probes) {
      const given = inputs.map((wanted, at) => (wanted === null ? omitted : operands[at]));
      const all = { ...op.defaults, ...op.attributes.parse(attributes ?? {}) };
      const derivatives = op.display.derivatives?.(given, all);
      const cotangents = op.display.cotangents?.(given, all, symbol("δ"), symbol("y"));
      for (const each of [op.display.formula(given, all), ...(derivatives ?? []), ...(cotangents ?? [])]) {
        if (each === null) continue;
        renders(latexOf(each));
        renders(latexOf(simplified(each)));
        expect(textOf(each)).not.toMatch(/undefined|null|NaN|\[object/);
      }
      if (derivatives !== undefined) expect(derivatives.length, "a derivative per operand").toBeGreaterThanOrEqual(given.length);
      if (cotangents !== undefined) expect(cotangents.length, "a formula per operand").toBeGreaterThanOrEqual(given.length);
    }
  });

  test("is described in a sentence or more", () => {
    expect(op.summary).toMatch(/^\S.{10,}\.$/s);
    expect(op.type).toMatch(/^[A-Z][A-Za-z0-9]*$/);
  });

  test("kinks say where and what", () => {
    for (const { at, convention } of op.kinks ?? []) {
      expect(at.trim().length).toBeGreaterThan(1);
      expect(convention.trim()).not.toBe("");
    }
  });

  test("inputs, outputs and types refer to each other", () => {
    const names = [...op.inputs, ...op.outputs].map(({ name }) => name);
    expect(names.every((name) => /^[A-Za-z]\w*$/.test(name))).toBe(true);
    expect(new Set(op.inputs.map(({ name }) => name)).size).toBe(op.inputs.length);
    expect(new Set(op.outputs.map(({ name }) => name)).size).toBe(op.outputs.length);
    for (const { type } of op.inputs) expect(op.types[type]?.length, `types of ${type}`).toBeGreaterThan(0);
    expect(op.outputs.length).toBeGreaterThan(0);
    const optional = op.inputs.findIndex((input) => input.optional);
    if (optional >= 0) expect(op.inputs.slice(optional).every((input) => input.optional)).toBe(true);
  });

  test("attributes have a JSON schema, in which nothing with a default is required", () => {
    const schema = z.toJSONSchema(op.attributes, { io: "input" });
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(() => JSON.stringify(schema)).not.toThrow();
    for (const name of Object.keys(op.defaults)) expect(schema.required ?? []).not.toContain(name);
    expect(() => op.attributes.parse({ no_such_attribute: 1 })).toThrow();
  });

  test("probes give inputs and attributes of its own kinds", () => {
    for (const { inputs, attributes } of op.probes) {
      expect(() => op.attributes.parse(attributes ?? {})).not.toThrow();
      inputs.forEach((wanted, at) => {
        if (wanted !== null && "dtype" in wanted) expect(op.types[specAt(op, at).type]).toContain(wanted.dtype);
      });
    }
  });

  test("a list is an input that decides shapes and has one dimension in every probe", () => {
    op.inputs.forEach(({ static: isStatic = false, list = false }, at) => {
      const given = op.probes.map(({ inputs }) => inputs[at] ?? null).filter((wanted) => wanted !== null);
      const ranks = new Set(given.map((wanted) => ("shape" in wanted ? wanted.shape : wanted).length));
      expect(list).toBe(isStatic && ranks.size === 1 && ranks.has(1));
    });
  });

  test("other names of arguments stand for an attribute or an input", () => {
    const schema = z.toJSONSchema(op.attributes, { io: "input" });
    const known = [...op.inputs.map(({ name }) => name), ...Object.keys(schema.properties ?? {})];
    for (const [alias, name] of Object.entries(op.syntax?.arguments ?? {})) {
      expect(known).toContain(name);
      expect(known).not.toContain(alias);
    }
  });
});

describe("names", () => {
  /** ReduceL1 is reduce_l1, GatherND gather_nd, LSTM lstm. */
  const snake = (type: string): string =>
    type
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
      .toLowerCase();

  const repeated = (list: readonly string[]): string[] => list.filter((name, at) => list.indexOf(name) !== at);

  test("types are unique, also in snake case", () => {
    expect(repeated(catalogue.map(({ type }) => type))).toEqual([]);
    expect(repeated(catalogue.map(({ type }) => snake(type)))).toEqual([]);
  });

  test("no two operators share a function name for the same number of operands", () => {
    const names = catalogue.flatMap(({ type, syntax }) => {
      const others = (syntax?.names ?? []).map(({ name, arity }) => `${name}/${arity ?? "any"}`);
      return [...new Set([`${snake(type)}/any`, ...others])];
    });
    expect(repeated(names)).toEqual([]);
  });

  test.each(["infix", "prefix", "postfix"] as const)("no two operators share an %s sign", (place) => {
    expect(repeated(catalogue.flatMap(({ syntax }) => syntax?.[place] ?? []))).toEqual([]);
  });
});
