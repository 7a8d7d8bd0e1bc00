/**
 * The contract of the routes, as parts of an OpenAPI document. A route says in its `config.contract` what it takes and answers, with
 * zod schemas that nothing on the event loop runs: the workers validate with the same ones.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { Problem, ProblemDocument, problemCodes, problems } from "../wire/problems.ts";

/** Examples by name. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

/** A request of the contract with its answer. */
export interface Exchange {
  readonly summary: string;
  readonly request: unknown;
  readonly answer: unknown;
}

type Exchanges = Readonly<Record<string, Exchange>>;

export const requestExamples = (exchanges: Exchanges): Examples => examplesOf(exchanges, ({ request }) => request);
export const answerExamples = (exchanges: Exchanges): Examples => examplesOf(exchanges, ({ answer }) => answer);

const examplesOf = (exchanges: Exchanges, side: (exchange: Exchange) => unknown): Examples =>
  Object.fromEntries(Object.entries(exchanges).map(([name, exchange]) => [name, { summary: exchange.summary, value: side(exchange) }]));

export interface Content {
  readonly description: string;
  readonly schema: z.ZodType;
  readonly examples?: Examples;
  /** application/json unless told. */
  readonly mediaType?: string;
}

export interface OperationContract {
  readonly request?: Content;
  readonly answer: Content;
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
export type JsonObject = Record<string, unknown>;
type Definitions = Map<string, JsonObject>;

export interface ContractParts {
  /** What each operation takes and answers, under the keys that were given. */
  readonly operations: ReadonlyMap<string, JsonObject>;
  readonly schemas: JsonObject;
  readonly responses: JsonObject;
}

/** The parts of the document that describe the operations, whose schemas with an id are shared under it. */
export function contractParts(contracts: ReadonlyMap<string, OperationContract>): ContractParts {
  const definitions = { input: new Map() as Definitions, output: new Map() as Definitions };
  const jsonSchema = (schema: z.ZodType, direction: Direction): JsonObject => {
    const {
      $schema: _,
      $defs,
      ...rest
    } = z.toJSONSchema(schema, { io: direction, override: direction === "output" ? leaveOpen : () => {} });
    for (const [name, definition] of Object.entries($defs ?? {})) definitions[direction].set(name, definition);
    return rest;
  };
  const body = ({ description, schema, examples, mediaType = "application/json" }: Content, direction: Direction): JsonObject => ({
    description,
    content: { [mediaType]: { schema: jsonSchema(schema, direction), ...(examples && { examples }) } },
  });
  const found = [...contracts].map(([key, { request, answer, problems }]) => ({
    key,
    requestBody: request && { required: true, ...body(request, "input") },
    answer: body(answer, "output"),
    problems,
  }));
  const problemSchema = jsonSchema(ProblemDocument, "output");

  const apart = differing(definitions);
  // One name for both directions where they agree.
  const nameOf = (name: string, direction: Direction): string => (direction === "input" && apart.has(name) ? `${name}Input` : name);
  const settle = (part: unknown, direction: Direction): unknown => withReferences(part, (name) => nameOf(name, direction));
  const named = (["input", "output"] as const).flatMap((direction) =>
    [...definitions[direction]].map(([name, definition]) => [nameOf(name, direction), settle(definition, direction)] as const),
  );
  return {
    operations: new Map(
      found.map(({ key, requestBody, answer, problems }) => [
        key,
        {
          ...(requestBody && { requestBody: settle(requestBody, "input") }),
          responses: {
            200: settle(answer, "output"),
            ...Object.fromEntries(problems.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }])),
          },
        },
      ]),
    ),
    schemas: Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1))),
    responses: problemResponses(settle(problemSchema, "output")),
  };
}

/** Answers may gain members in later versions. */
function leaveOpen({ jsonSchema }: { jsonSchema: JsonObject }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

/** The names whose schemas are not the same in both directions, themselves or in what they refer to. */
function differing({ input, output }: Record<Direction, Definitions>): Set<string> {
  const shared = [...input.keys()].filter((name) => output.has(name));
  const apart = new Set(shared.filter((name) => !isDeepStrictEqual(input.get(name), output.get(name))));
  for (let before = -1; before < apart.size;) {
    before = apart.size;
    for (const name of shared) if (referencesOf(input.get(name)).some((other) => apart.has(other))) apart.add(name);
  }
  return apart;
}

const definitionPrefix = "#/$defs/";

function referencesOf(part: unknown): string[] {
  const names: string[] = [];
  withReferences(part, (name) => {
    names.push(name);
    return name;
  });
  return names;
}

/** A copy in which every reference to a definition is one to a schema of the document, under the name that `nameOf` gives. */
function withReferences(part: unknown, nameOf: (name: string) => string): unknown {
  if (Array.isArray(part)) return part.map((entry) => withReferences(entry, nameOf));
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" && value.startsWith(definitionPrefix)
        ? `#/components/schemas/${nameOf(value.slice(definitionPrefix.length))}`
        : withReferences(value, nameOf),
    ]),
  );
}

/** Headers that come with the problems of a status. */
const problemHeaders: Readonly<Record<number, JsonObject>> = {
  401: { "WWW-Authenticate": { description: "How to authenticate", schema: { type: "string" } } },
  405: { Allow: { description: "The methods that the path takes", schema: { type: "string" } } },
  429: { "Retry-After": { description: "Seconds to wait", schema: { type: "integer" } } },
  503: { "Retry-After": { description: "Seconds to wait", schema: { type: "integer" } } },
};

/** A response per status of the problem catalogue, with an example of each of its codes. */
function problemResponses(schema: unknown): JsonObject {
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
