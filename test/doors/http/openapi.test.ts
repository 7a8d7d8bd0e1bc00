import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentText, optionalParts } from "../../../openapi/document.ts";
import { checkExamples } from "../../../src/grading/check/examples.ts";
import { CheckRequest } from "../../../src/grading/check/request.ts";
import { CheckResponse } from "../../../src/grading/check/response.ts";
import { gradeExamples } from "../../../src/grading/grade/examples.ts";
import { probeExamples } from "../../../src/grading/probe/examples.ts";
import { GradeRequest } from "../../../src/grading/grade/request.ts";
import { GradeResponse } from "../../../src/grading/grade/response.ts";
import { ProbeRequest } from "../../../src/grading/probe/request.ts";
import { ProbeResponse } from "../../../src/grading/probe/response.ts";
import { explainExamples } from "../../../src/render/explain/examples.ts";
import { ExplainRequest } from "../../../src/render/explain/request.ts";
import { ExplainResponse } from "../../../src/render/explain/response.ts";
import { evaluateExamples, gradientsExamples, graphsExamples, inspectExamples } from "../../../src/compute/examples.ts";
import { problemCodes, problems } from "../../../src/problems/catalogue.ts";
import { ProblemDocument } from "../../../src/problems/document.ts";
import { InspectRequest, InspectResponse } from "../../../src/compute/inspect.ts";
import { EvaluateRequest, GradientsRequest, GraphsRequest } from "../../../src/compute/requests.ts";
import { EvaluateResponse, GradientsResponse, GraphResponse } from "../../../src/compute/responses.ts";
import { type Service, startService } from "../../support/service.ts";

type Json = Record<string, unknown>;
interface Content {
  readonly description: string;
  readonly content: Record<
    string,
    { readonly schema: Json; readonly examples: Record<string, { readonly value: unknown; readonly summary: string }> }
  >;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly description?: string; readonly schema: Json }[];
  readonly requestBody?: Content;
  readonly responses: Record<string, Partial<Content> & { readonly $ref?: string }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Json>; readonly responses: Record<string, Content> };
}

let service: Service;
let text: string;
let document: Document;
beforeAll(async () => {
  service = await startService(optionalParts);
  text = await documentText();
  document = JSON.parse(text) as Document;
});
afterAll(() => service[Symbol.asyncDispose]());

const operations = (): [string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method.toUpperCase()} ${path}`, operation]),
  );

/** Every part of the document that is an object, with its path. */
function* parts(part: unknown, path: string): Generator<[string, Json]> {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part)) yield [path, part as Json];
  for (const [key, value] of Object.entries(part)) yield* parts(value, `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
}

test("openapi/openapi.json is what the service says: npm run openapi writes it", () => {
  expect(readFileSync(new URL("../../../openapi/openapi.json", import.meta.url), "utf8")).toBe(text);
});

test("the service answers with it at /openapi.json, and the page at /docs reads it there", async () => {
  const answer = await service.app.inject("/openapi.json");
  expect(answer.json()).toEqual(document);
  const etag = String(answer.headers.etag);
  expect((await service.app.inject({ url: "/openapi.json", headers: { "if-none-match": etag } })).statusCode).toBe(304);
  expect((await service.app.inject("/docs")).headers.location).toBe("docs/");
  const page = await service.app.inject("/docs/");
  // Below a path of a proxy, too.
  expect(page.body).toContain('"url": "../openapi.json"');
});

test("/docs loads nothing from elsewhere, and its policy lets its own scripts run", async () => {
  const { body, headers } = await service.app.inject("/docs/");
  expect(body).not.toMatch(/https?:\/\//);
  const policy = String(headers["content-security-policy"]);
  expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/]{43}='/);
  expect(policy).toContain("default-src 'none'");
  const script = await service.app.inject(`/docs/${/<script src="([^"]+)"/.exec(body)?.[1]}`);
  expect(script.statusCode).toBe(200);
  expect(script.body.length).toBeGreaterThan(1_000_000);
});

test("it has the routes of the service", () => {
  expect(operations().map(([name]) => name)).toEqual([
    "GET /metrics",
    "GET /livez",
    "GET /readyz",
    "GET /healthz",
    "GET /version",
    "GET /problems",
    "GET /problems/{code}",
    "GET /v1/operators",
    "GET /v1/operators/{op}",
    "POST /v1/evaluate",
    "POST /v1/gradients",
    "POST /v1/inspect",
    "POST /v1/picture",
    "POST /v1/check",
    "POST /v1/grade",
    "POST /v1/probe",
    "POST /v1/explain",
    "POST /v1/graphs",
    "GET /v1/graphs/{id}",
    "DELETE /v1/graphs/{id}",
    "POST /v1/jobs",
    "GET /v1/jobs",
    "POST /v1/jobs/{id}/continue",
    "GET /v1/jobs/{id}",
    "DELETE /v1/jobs/{id}",
    "POST /v1/jobs/{id}/cancel",
    "POST /v1/jobs/{id}/pause",
    "POST /v1/jobs/{id}/resume",
    "GET /v1/jobs/{id}/events",
    "POST /v1/jobs/{id}/tickets",
    "GET /v1/jobs/{id}/metrics",
    "GET /v1/jobs/{id}/checkpoints",
    "GET /v1/jobs/{id}/result",
    "GET /v1/jobs/{id}/weights",
    "GET /v1/jobs/{id}/program",
    "POST /v1/jobs/{id}/predict",
    "POST /v1/jobs/{id}/gradients",
    "POST /v1/datasets",
    "GET /v1/datasets",
    "GET /v1/datasets/{id}",
    "DELETE /v1/datasets/{id}",
  ]);
});

test("every operation has an id of its own, a summary, a description, a tag, and examples of what it takes and answers", () => {
  const ids = operations().map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const lacking = operations().flatMap(([name, { summary, description, tags, parameters = [], requestBody, responses }]) => {
    const answers = Object.entries(responses).flatMap(([status, answer]) => (status.startsWith("2") ? [answer] : []));
    const bodies = [...answers, ...(requestBody ? [requestBody] : [])];
    const hasExamples = bodies.every(({ content = {} }) =>
      Object.values(content).every(({ examples }) => Object.keys(examples ?? {}).length > 0),
    );
    return summary && description && tags.length > 0 && hasExamples && parameters.every(({ description }) => description) ? [] : [name];
  });
  expect(lacking).toEqual([]);
});

test("every property of every schema has a description", () => {
  const lacking = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
    [...parts(schema, name)].flatMap(([path, part]) =>
      typeof part.properties === "object" && !/\/(examples|default|properties)(\/\d+)?$/.test(path)
        ? Object.entries(part.properties as Record<string, Json>)
            .filter(([, property]) => typeof property.description !== "string")
            .map(([property]) => `${path}/${property}`)
        : [],
    ),
  );
  expect(lacking).toEqual([]);
});

test("every named schema is described and used, and every reference leads somewhere", () => {
  const references = [...parts(document, "#")].flatMap(([, { $ref }]) => (typeof $ref === "string" ? [$ref] : []));
  const targets = new Set([...parts(document, "#")].map(([path]) => path));
  expect(references.filter((reference) => !targets.has(reference))).toEqual([]);
  for (const [name, { description }] of Object.entries(document.components.schemas)) {
    expect(description, name).toBeTypeOf("string");
    expect(references, name).toContain(`#/components/schemas/${name}`);
  }
});

test("every code of the problem catalogue is documented, with an example, under its status", () => {
  const documented = Object.entries(document.components.responses).flatMap(([name, { description, content }]) =>
    Object.entries(content["application/problem+json"].examples).map(([code, { value }]) => {
      expect(description).toContain(`\`${code}\``);
      return [name, code, ProblemDocument.parse(value).status];
    }),
  );
  expect(new Set(documented)).toEqual(
    new Set(problemCodes.map((code) => [`Problem${problems[code].status}`, code, problems[code].status])),
  );
});

test("what computes may answer with every problem but those of its method, of conditions, of expectations, of readiness and of what is kept", () => {
  const statuses = new Set(problemCodes.map((code) => String(problems[code].status)));
  const { responses } = document.paths["/v1/gradients"].post;
  expect([...statuses].filter((status) => !(status in responses))).toEqual(["405", "409", "410", "412", "417", "431", "507"]);
});

describe("the examples", () => {
  const cases = [
    ["/v1/evaluate", evaluateExamples, EvaluateRequest, EvaluateResponse],
    ["/v1/gradients", gradientsExamples, GradientsRequest, GradientsResponse],
    ["/v1/inspect", inspectExamples, InspectRequest, InspectResponse],
    ["/v1/check", checkExamples, CheckRequest, CheckResponse],
    ["/v1/grade", gradeExamples, GradeRequest, GradeResponse],
    ["/v1/probe", probeExamples, ProbeRequest, ProbeResponse],
    ["/v1/explain", explainExamples, ExplainRequest, ExplainResponse],
    ["/v1/graphs", graphsExamples, GraphsRequest, GraphResponse],
  ] as const;

  test.each(cases)("of %s are answered as they say, and fit their schemas", async (path, examples, takes, answers) => {
    for (const { request, answer } of Object.values(examples)) {
      expect(await service.post(path, request)).toMatchObject({ status: 200, json: answer });
      takes.parse(request);
      answers.parse(answer);
    }
  });

  test("of a registered graph is read back as it says", async () => {
    const { request, answer } = graphsExamples.expression;
    await service.post("/v1/graphs", request);
    const { id } = GraphResponse.parse(answer);
    expect((await service.app.inject(`/v1/graphs/${id}`)).json()).toEqual(answer);
  });
});
