import { defineTask, json, noParameters, nothing } from "../tasks/define.ts";
import { z } from "zod";
import { canonicalGraph, canonicalText, fingerprint } from "../program/graph/canonical.ts";
import { checkDraft, compileDraft } from "../program/compile.ts";
import type { Draft } from "../program/draft.ts";
import { draftOfExpression } from "../program/expression/parse.ts";
import { draftOfGraph } from "../program/graph/json.ts";
import { networkParameters } from "../program/network/parameters.ts";
import type { Limits } from "../request/limits.ts";
import { type NetworkSource, readNetwork } from "../program/network/source.ts";
import { GraphId } from "../program/source.ts";
import { GraphsRequest } from "./requests.ts";
import { GraphResponse } from "./responses.ts";
import { documentOf } from "../tasks/result.ts";
import type { Registered } from "../program/compiler.ts";

/** POST /v1/graphs: checks a program and keeps its canonical form under the digest of that form, which is told beside the answer. */
export const registerGraph = defineTask({
  name: "registerGraph",
  parameters: noParameters,
  body: json(GraphsRequest),
  operation: {
    operationId: "registerGraph",
    tag: "graphs",
    summary: "Register a graph",
    description:
      "Checks a graph, expression or network and answers with its id, which later requests may give as `graph_id`. The id is a digest of " +
      "the canonical form: the same graph has the same id everywhere, and registering it again changes nothing. Who has not registered a " +
      "graph cannot use its id. Beyond its share of the storage a client loses those that it has not used for longest.",
    request: "The program to register",
    answer: { description: "The registered program", schema: GraphResponse },
    examples: async () => (await import("./examples.ts")).graphsExamples,
  },
  prepare:
    ({ limits, registry }) =>
    (request) => {
      const registered =
        request.network === undefined ? canonicalDraft(draftOf(request, limits), limits) : canonicalNetwork(request.network);
      const id = fingerprint(registered);
      const description = describe(id, registered, limits);
      const text = canonicalText(registered);
      const isNew = registry.write(id, text);
      return { content: documentOf(description), facts: { id, isNew, bytes: Buffer.byteLength(text) } };
    },
});

/** GET /v1/graphs/{id}. */
export const readGraph = defineTask({
  name: "readGraph",
  parameters: z.strictObject({ id: GraphId }),
  body: nothing,
  prepare:
    ({ limits, compiler }) =>
    (_body, { parameters: { id } }) => ({ content: documentOf(describe(id, compiler.registered(id, ""), limits)), facts: null }),
});

function draftOf({ graph, expression }: GraphsRequest, limits: Limits): Draft {
  return graph === undefined ? draftOfExpression(expression ?? "", new Set(), limits) : draftOfGraph(graph, limits);
}

/** Inputs that are all declared tell every type, so then everything is checked; else what can be. */
function canonicalDraft(draft: Draft, limits: Limits): Registered {
  if (draft.inputs.every(({ shape }) => shape !== null && !shape.includes(null))) compileDraft(draft, null, limits);
  else checkDraft(draft, limits);
  return { graph: canonicalGraph(draft) };
}

/** Every argument is written out, so that leaving out a default makes no difference. */
function canonicalNetwork(source: NetworkSource): Registered {
  const { layers, loss, training } = readNetwork(source, "/network");
  return { network: { layers: [...layers], ...(loss === null ? {} : { loss }), training } };
}

function describe(id: string, registered: Registered, limits: Limits): GraphResponse {
  if ("network" in registered) {
    const { network } = registered;
    const hasLoss = network.loss !== undefined;
    const open = (name: string): GraphResponse["inputs"][number] => ({ name, shape: null, dtype: null });
    return {
      id,
      inputs: hasLoss ? [open("input"), open("target")] : [open("input")],
      outputs: hasLoss ? ["output", "loss"] : ["output"],
      parameters: networkParameters(network, null, { limits }).map(({ name, shape }) => ({ name, shape: [...shape], dtype: null })),
      network,
    };
  }
  const draft = draftOfGraph(registered.graph, limits);
  return {
    id,
    inputs: draft.inputs.map(({ name, shape, dtype }) => ({ name, shape: shape === null ? null : [...shape], dtype })),
    outputs: [...draft.outputs],
    parameters: [],
    graph: registered.graph,
  };
}
