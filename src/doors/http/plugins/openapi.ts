import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";
import { z } from "zod";
import about from "../../../../package.json" with { type: "json" };
import { type ContractParts, contractParts, type ContractObject, type OperationContract } from "../contract.ts";

const description = `Adjoint computes gradients of computation graphs. Post a graph, an expression or a neural network with its inputs: the
service runs it forward and backward, and answers with the value of every node, the gradient that travels on every edge, and the
gradients of the inputs.

A request holds its program under exactly one of the keys \`graph\`, \`expression\`, \`network\` and \`graph_id\`. Operators, attributes
and broadcasting are those of ONNX; layers, arguments and defaults of networks are those of torch.nn. Numbers that are not finite
travel as the strings \`"NaN"\`, \`"Infinity"\` and \`"-Infinity"\`. The same request always gives the same bytes.

It trains, too: a training is a job that is posted, watched, and asked for results and weights; uploaded datasets feed it.

Everything that goes wrong is answered as a problem document (RFC 9457), whose \`type\` is a path of this service that explains it.`;

export const tags = {
  compute: { name: "Compute", description: "Values and gradients" },
  grading: { name: "Grading", description: "Gradients that are checked, judged and explained" },
  jobs: { name: "Jobs", description: "Training jobs: posted, watched, and asked for results and weights" },
  datasets: { name: "Datasets", description: "Data for training, uploaded as files" },
  graphs: { name: "Graphs", description: "Graphs that are registered once and used by their ids" },
  catalogue: { name: "Catalogue", description: "What the service knows: operators and problems" },
  operations: { name: "Operations", description: "For those who run the service. They ask for no API key" },
} as const;

/** Where keys are in use, the routes of /v1 ask for one. */
export const keyMayBeNeeded: readonly Readonly<Record<string, readonly string[]>>[] = [{}, { apiKey: [] }];

/** Collects the contracts of the routes that are added from now on into an OpenAPI document: `app.swagger()`. */
export const openApi = fp(
  async (app: FastifyInstance) => {
    const contracts = new Map<string, OperationContract>();
    await app.register(swagger, {
      openapi: {
        openapi: "3.1.1",
        info: { title: "Adjoint", version: about.version, description },
        tags: Object.values(tags),
        components: {
          securitySchemes: {
            apiKey: { type: "http", scheme: "bearer", description: "One of the service's API keys, where it has any" },
          },
        },
      },
      transform: ({ schema, url, route }) => {
        const contract = route.config?.contract;
        const { operationId, params, querystring, ...rest } = schema ?? {};
        if (contract === undefined || operationId === undefined) return { schema: { hide: true }, url };
        contracts.set(operationId, contract);
        return { schema: { ...rest, operationId, ...parameters({ params, querystring }) }, url };
      },
      transformObject: (document) => {
        if (!("openapiObject" in document)) throw new Error("The document is not an OpenAPI document");
        return complete(document.openapiObject, contractParts(contracts));
      },
    });
  },
  { name: "openapi" },
);

/** The document with what its operations take and answer. */
function complete<Document extends { paths?: object; components?: object }>(document: Document, parts: ContractParts): Document {
  const { operations, schemas, responses } = parts;
  const paths = Object.entries(document.paths ?? {}).map(([path, methods]: [string, Record<string, ContractObject>]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [method, merged(operation, operations.get(String(operation.operationId)))]),
    ),
  ]);
  return { ...document, paths: Object.fromEntries(paths), components: { ...document.components, schemas, responses } };
}

/** An operation with what its contract says, whose parameters come behind its own. */
function merged(operation: ContractObject, contract: ContractObject = {}): ContractObject {
  const parameters = [operation.parameters, contract.parameters].flatMap((each) => each ?? []);
  return { ...operation, ...contract, ...(parameters.length > 0 && { parameters }) };
}

/** The parameters' schemas as JSON Schema. */
function parameters(schemas: Readonly<Record<string, unknown>>): ContractObject {
  const given = Object.entries(schemas).filter(([, schema]) => schema instanceof z.ZodType);
  return Object.fromEntries(given.map(([part, schema]) => [part, z.toJSONSchema(schema as z.ZodType, { io: "input", override: asMeant })]));
}

/** Parameters are text, and their defaults and examples are of what it stands for: zod leaves out those of what it transforms. */
const asMeant: z.core.ToJSONSchemaParams["override"] = ({ zodSchema, jsonSchema }) => {
  const { examples } = z.globalRegistry.get(zodSchema) ?? {};
  if (Array.isArray(examples)) jsonSchema.examples = examples;
  const { def } = zodSchema._zod;
  if (def.type === "default") jsonSchema.default = def.defaultValue;
};
