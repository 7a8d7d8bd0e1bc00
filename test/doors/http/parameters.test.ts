import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentText, optionalParts } from "../../../openapi/document.ts";
import { type Service, startService } from "../../support/service.ts";
import { problemIn } from "./fixture.ts";

/** What stands behind a question mark, at every operation of the contract. */

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { readonly type?: string; readonly minimum?: number; readonly maximum?: number };
}

const { paths } = JSON.parse(await documentText()) as Document;
const ids: Readonly<Record<string, string>> = { "/v1/jobs": "job_0", "/v1/datasets": `sha256:${"0".repeat(64)}`, "/v1/operators": "Add" };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { parameters = [] }]) => {
    const place = Object.keys(ids).find((start) => path.startsWith(start)) ?? "/v1/datasets";
    return { method: method.toUpperCase() as "GET", url: path.replace(/\{\w+\}/, ids[place]), parameters };
  }),
);
const numbers = operations.flatMap(({ parameters, ...where }) =>
  parameters.filter((each) => each.in === "query" && each.schema.type === "integer").map((parameter) => ({ ...where, parameter })),
);

let service: Service;
beforeAll(async () => {
  service = await startService(optionalParts);
});
afterAll(() => service[Symbol.asyncDispose]());

const asked = async ({ method, url }: { readonly method: "GET"; readonly url: string }, query: string) =>
  problemIn(await service.app.inject({ method, url: `${url}?${query}` }), "invalid_request");

test("there are numbers to try", () => expect(numbers.length).toBeGreaterThan(5));

describe.each(numbers)("the number $parameter.name of $method $url", ({ parameter: { name, schema }, ...where }) => {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
  test.each([
    ["", "nothing"],
    ["%20", "a blank"],
    ["%0A1", "a line end before it"],
    ["1%20", "a blank behind it"],
    ["%2B5", "a sign"],
    ["-1", "another sign"],
    ["-0", "a negative zero"],
    ["1e3", "an exponent"],
    ["0x10", "hexadecimals"],
    ["0b1", "bits"],
    ["1.0", "a fraction"],
    ["1_0", "an underscore"],
    ["1,0", "a comma"],
    ["%EF%BC%91", "a digit of another script"],
    ["Infinity", "a word"],
    ["true", "another word"],
    ["99999999999999999999", "more than any number"],
    [String(minimum - 1), "less than the least"],
    [String(maximum + 1), "more than the most"],
  ])("is not %j, which is %s", async (text) => {
    const { errors, detail } = await asked(where, `${name}=${text}`);
    expect(errors.map(({ pointer }) => pointer)).toEqual([`/${name}`]);
    expect(errors[0].detail).toMatch(/^Expected a whole number (of at least|from) \d+.*, in digits$/);
    expect(detail).toBe(`In the query, at /${name}: ${errors[0].detail}`);
  });

  test.each(["=1&NAME=2", "=1&NAME=1", "[]=1", "[a]=1"])("is given once: not as NAME%s", async (form) => {
    const { errors } = await asked(where, `${name}${form.replaceAll("NAME", name)}`);
    expect(errors[0].pointer).toMatch(new RegExp(`^/${name}`));
    if (form.includes("NAME")) expect(errors[0].detail).toBe("This parameter is given 2 times, and may be given once");
  });

  test.each([minimum, Math.min(maximum, 7)])("may be %i", async (number) => {
    const answer = await service.app.inject({ ...where, url: `${where.url}?${name}=${number}` });
    expect(answer.statusCode).not.toBe(400);
  });
});

const underV1 = operations.filter(({ url }) => url.startsWith("/v1/"));

test.each(underV1)("$method $url takes no parameter that it does not name", async ({ parameters, ...where }) => {
  for (const name of ["nonsense", "__proto__", "constructor", "a/b"]) {
    const { errors } = await asked(where, `${name}=1`);
    expect(errors.map(({ pointer }) => pointer)).toEqual([`/${name.replace("/", "~1")}`]);
  }
  const [known] = parameters.filter((each) => each.in === "query");
  if (known === undefined) return;
  const { errors } = await asked(where, `${known.name}s=1`);
  expect(errors[0]).toMatchObject({ pointer: `/${known.name}s`, suggestion: known.name });
});

test.each(["/livez", "/openapi.json", "/problems"])("%s passes over a query: pages are fetched with all kinds", async (url) => {
  expect((await service.app.inject(`${url}?t=123`)).statusCode).toBe(200);
});
