import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { misspelt } from "../../../problems/nearest.ts";
import { CategoryName, OperatorDescription, OperatorList } from "../../../compute/operators.ts";
import { Problem } from "../../../problems/problems.ts";
import { operatorDescriptions } from "../../../compute/operator-descriptions.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { Resource } from "../resource.ts";

/** The operator catalogue, worked out once. */
export const operators: FastifyPluginCallbackZod = (scope, _options, done) => {
  const described = operatorDescriptions();
  const listing = (category?: string): Resource =>
    Resource.json({ operators: described.filter((each) => category === undefined || each.category === category) });
  const all = listing();
  const byCategory = new Map(CategoryName.options.map((category) => [category, listing(category)]));
  const byType = new Map(described.map((each) => [each.op, Resource.json(each)]));
  const [first] = described;

  scope.get(
    "/v1/operators",
    {
      schema: {
        operationId: "listOperators",
        tags: [tags.catalogue.name],
        summary: "List the operators",
        description: "Every operator that a graph or an expression may use, with its attributes, types, formula and conventions.",
        querystring: z.strictObject({ category: CategoryName.optional().meta({ description: "Only the operators of this group" }) }),
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: {
            description: "The operators",
            schema: OperatorList,
            examples: { excerpt: { summary: "One of many", value: { operators: [first] } } },
          },
          problems: [400, 401, 403, 429],
        },
      },
    },
    (request, reply) => {
      const { category } = request.query;
      return (category === undefined ? all : (byCategory.get(category) ?? all)).send(request, reply);
    },
  );

  scope.get(
    "/v1/operators/:op",
    {
      schema: {
        operationId: "readOperator",
        tags: [tags.catalogue.name],
        summary: "Describe an operator",
        description: "What one operator takes and computes, how it is differentiated, and how expressions write it.",
        params: z.object({ op: z.string().meta({ description: "The operator's type", examples: [first.op] }) }),
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: {
            description: "The operator",
            schema: OperatorDescription,
            examples: { [first.op]: { summary: first.summary, value: first } },
          },
          problems: [400, 401, 403, 404, 429],
        },
      },
    },
    (request, reply) => {
      const { op } = request.params;
      const found = byType.get(op);
      if (found === undefined) throw unknownOperator(op, byType.keys());
      return found.send(request, reply);
    },
  );
  done();
};

function unknownOperator(op: string, known: Iterable<string>): Problem {
  const suggestions = misspelt(op, known);
  const meant = suggestions.length === 0 ? "" : `; did you mean ${suggestions.join(" or ")}?`;
  const detail = `There is no operator ${JSON.stringify(op.slice(0, 60))}${meant}`;
  return new Problem(
    "not_found",
    detail,
    suggestions.slice(0, 1).map((suggestion) => ({ pointer: "", detail, suggestion })),
  );
}
