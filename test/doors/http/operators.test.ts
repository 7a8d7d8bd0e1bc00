import { renderToString } from "katex";
import { afterAll, describe, expect, test } from "vitest";
import { functionNamed } from "../../../src/program/expression/vocabulary.ts";
import { catalogue } from "../../../src/ops/catalogue.ts";
import { CategoryName, OperatorDescription, OperatorList } from "../../../src/compute/operators.ts";
import { startApp, problemIn } from "./fixture.ts";

const http = await startApp();
afterAll(() => http[Symbol.asyncDispose]());
const { operators } = OperatorList.parse((await http.app.inject("/v1/operators")).json());

test("every operator is listed once, in the catalogue's order", () => {
  expect(operators.map(({ op }) => op)).toEqual(catalogue.map(({ type }) => type));
});

describe.each(operators.map((operator) => [operator.op, operator] as const))("%s", (op, listed) => {
  test("is described at its own path as in the list, without members that are not in the contract", async () => {
    const answer = await http.app.inject(`/v1/operators/${op}`);
    expect(answer.json()).toEqual(listed);
    expect(OperatorDescription.strict().parse(answer.json())).toEqual(listed);
  });

  test("has formulas that render", () => {
    const formulas = [listed.formula.latex, ...listed.formula.derivatives.filter((latex) => latex !== null)];
    for (const latex of formulas) {
      expect(latex).not.toContain("undefined");
      expect(() => renderToString(latex, { throwOnError: true, strict: "error" })).not.toThrow();
    }
    expect(listed.formula.derivatives).toHaveLength(listed.inputs.length);
  });

  test("is the operator that expressions call by its function", () => {
    // With one operand, names like max and sum are reductions.
    const operands = listed.inputs.some(({ variadic }) => variadic) ? 2 : listed.inputs.length;
    expect(functionNamed(listed.expression.function, operands)?.op.type).toBe(op);
  });

  test("has attributes as a JSON Schema with defaults, and types for its inputs", () => {
    expect(listed.attributes).toMatchObject({ type: "object", additionalProperties: false });
    for (const { type } of listed.inputs) expect(listed.types).toHaveProperty(type);
  });
});

test("the list can be cut down to a category", async () => {
  for (const category of CategoryName.options) {
    const { operators: found } = (await http.app.inject({ url: "/v1/operators", query: { category } })).json<{ operators: unknown[] }>();
    expect(found).toEqual(operators.filter((operator) => operator.category === category));
    expect(found.length).toBeGreaterThan(0);
  }
});

test.each(["category=tensor", "categories=shape", "category=shape&category=logic"])("?%s is refused", async (query) => {
  problemIn(await http.app.inject(`/v1/operators?${query}`), "invalid_request");
});

test("an operator that does not exist is 404, with the nearest names", async () => {
  const document = problemIn(await http.app.inject("/v1/operators/Sofmax"), "not_found");
  expect(document.detail).toContain("did you mean Softmax");
  expect(document.errors[0].suggestion).toBe("Softmax");
  expect(
    problemIn(await http.app.inject("/v1/operators/constructor"), "not_found").errors.map(({ suggestion }) => suggestion),
  ).not.toContain("constructor");
});

test("a client that has the answer is told so", async () => {
  const { headers } = await http.app.inject("/v1/operators");
  const again = await http.app.inject({ url: "/v1/operators", headers: { "if-none-match": `W/${String(headers.etag)}, "other"` } });
  expect([again.statusCode, again.body]).toEqual([304, ""]);
  expect((await http.app.inject({ url: "/v1/operators", headers: { "if-none-match": '"other"' } })).statusCode).toBe(200);
  expect((await http.app.inject({ method: "HEAD", url: "/v1/operators" })).headers.etag).toBe(headers.etag);
});
