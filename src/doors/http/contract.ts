/**
 * The contract of the routes, as parts of an OpenAPI document. A route says in its `config.contract` what it takes and answers, with
 * zod schemas that nothing on the event loop runs: the workers validate with the same ones.
 */
import { z } from "zod";
import type { Exchange } from "../../tasks/define.ts";
import { problemCodes, problems } from "../../problems/catalogue.ts";
import { ProblemDocument } from "../../problems/document.ts";
import { Problem } from "../../problems/problems.ts";

/** Examples by name. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

type Exchanges = Readonly<Record<string, Exchange>>;

export const requestExamples = (exchanges: Exchanges): Examples => examplesOf(exchanges, ({ request }) => request);
export const answerExamples = (exchanges: Exchanges): Examples => examplesOf(exchanges, ({ answer }) => answer);

const examplesOf = (exchanges: Exchanges, side: (exchange: Exchange) => unknown): Examples =>
  Object.fromEntries(Object.entries(exchanges).map(([name, exchange]) => [name, { summary: exchange.summary, value: side(exchange) }]));

/** Something in one media type. */
export interface Form {
  readonly schema: z.ZodType;
  readonly examples?: Examples;
  /** application/json unless told. */
  readonly mediaType?: string;
}

export interface Content extends Form {
  readonly description: string;
  /** The same in other media types. */
  readonly otherForms?: readonly Form[];
}

/** A header of a request or an answer, of which there need not be one. */
export interface Header {
  readonly description: string;
  readonly example: string | number;
}
export type Headers = Readonly<Record<string, Header>>;

interface AnswerHead {
  /** 200 unless told. */
  readonly status?: number;
  readonly headers?: Headers;
}

/** An answer that is no problem, with a body or without one. */
export type OperationAnswer = AnswerHead & (Content | { readonly description: string; readonly schema?: never });

export interface OperationContract {
  readonly requestHeaders?: Headers;
  /** One that is optional may be left out, which says what an object without members says. */
  readonly request?: Content & { readonly isOptional?: boolean };
  readonly answer: OperationAnswer;
  /** What is answered instead with other statuses. */
  readonly otherAnswers?: readonly OperationAnswer[];
  /** The HTTP statuses of the problems that the operation may answer with. */
  readonly problems: readonly number[];
}

declare module "fastify" {
  interface FastifyContextConfig {
    contract?: OperationContract;
  }
}

/** A schema as its sender sees it, with defaults to leave out, or as it is when it has been filled in. */
type Direction = "input" | "output";
export type ContractObject = Record<string, unknown>;

export interface ContractParts {
  /** What each operation takes and answers, under the keys that were given. */
  readonly operations: ReadonlyMap<string, ContractObject>;
  readonly schemas: ContractObject;
  readonly responses: ContractObject;
}

/** The parts of the document that describe the operations, whose schemas with an id are shared under it. */
export function contractParts(contracts: ReadonlyMap<string, OperationContract>): ContractParts {
  const definitions: Record<Direction, ContractObject> = { input: {}, output: {} };
  const jsonSchema = (schema: z.ZodType, direction: Direction): unknown => {
    const {
      $schema: _,
      $defs,
      ...rest
    } = z.toJSONSchema(schema, { io: direction, override: direction === "output" ? leaveOpen : () => {} });
    Object.assign(definitions[direction], $defs);
    return rest;
  };
  const body = ({ description, otherForms = [], ...first }: Content, direction: Direction): ContractObject => ({
    description,
    content: Object.fromEntries(
      [first, ...otherForms].map(({ schema, examples, mediaType = "application/json" }) => [
        mediaType,
        { schema: jsonSchema(schema, direction), ...(examples && { examples }) },
      ]),
    ),
  });
  const response = ({ headers, status = 200, ...content }: OperationAnswer): readonly [number, ContractObject] => [
    status,
    {
      ...(content.schema === undefined ? { description: content.description } : body(content, "output")),
      ...(headers && { headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, headerOf(header)])) }),
    },
  ];
  const operations = [...contracts].map(([key, { requestHeaders, request, answer, otherAnswers = [], problems: statuses }]) => {
    const refusals = statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }] as const);
    const operation = {
      ...(requestHeaders && { parameters: headerParameters(requestHeaders) }),
      ...(request && { requestBody: { required: request.isOptional !== true, ...body(request, "input") } }),
      responses: Object.fromEntries([...[answer, ...otherAnswers].map(response), ...refusals]),
    };
    return [key, operation] as const;
  });
  const responses = problemResponses(jsonSchema(ProblemDocument, "output"));
  // What is both taken and given has one schema, that of requests: what the service gives may be sent back as it is.
  const schemas = Object.entries({ ...definitions.output, ...definitions.input }).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    operations: new Map(operations.map(([key, operation]) => [key, shared(operation) as ContractObject])),
    schemas: shared(Object.fromEntries(schemas)) as ContractObject,
    responses: shared(responses) as ContractObject,
  };
}

const headerOf = ({ description, example }: Header): ContractObject => ({
  description,
  schema: { type: typeof example === "number" ? "integer" : "string" },
  example,
});

const headerParameters = (headers: Headers): ContractObject[] =>
  Object.entries(headers).map(([name, header]) => ({ name, in: "header", ...headerOf(header) }));

/** Answers may gain members in later versions. */
function leaveOpen({ jsonSchema }: { jsonSchema: ContractObject }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

const definitionPrefix = "#/$defs/";

/** A copy in which every reference to a definition is one to a schema of the document. */
function shared(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(shared);
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" ? value.replace(definitionPrefix, "#/components/schemas/") : shared(value),
    ]),
  );
}

/** Headers that come with the problems of a status. */
const problemHeaders: Readonly<Record<number, ContractObject>> = {
  401: { "WWW-Authenticate": { description: "How to authenticate", schema: { type: "string" } } },
  405: { Allow: { description: "The methods that the path takes", schema: { type: "string" } } },
  429: { "Retry-After": { description: "Seconds to wait", schema: { type: "integer" } } },
  503: { "Retry-After": { description: "Seconds to wait", schema: { type: "integer" } } },
};

/** A response per status of the problem catalogue, with an example of each of its codes. */
function problemResponses(schema: unknown): ContractObject {
  const statuses = [...new Set(problemCodes.map((code) => problems[code].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = problemCodes.filter((code) => problems[code].status === status);
      const examples = codes.map((code) => [code, { summary: problems[code].title, value: exampleOf(code) }]);
      const description = codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(" ");
      const content = { "application/problem+json": { schema, examples: Object.fromEntries(examples) } };
      return [`Problem${status}`, { description, ...(problemHeaders[status] && { headers: problemHeaders[status] }), content }];
    }),
  );
}

/** A document of the code, with the beginning of its explanation for a detail. */
function exampleOf(code: (typeof problemCodes)[number]): unknown {
  const [firstSentence] = problems[code].explanation.split(/(?<=\.) /);
  return new Problem(code, firstSentence.replace(/\.$/, "")).toDocument();
}
