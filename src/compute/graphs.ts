import { type Handler, type Context, readRequest } from "../tasks/context.ts";
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
import type { GraphResponse } from "./responses.ts";
import { answer } from "../tasks/answer.ts";
import type { Registered } from "../program/compiler.ts";
import type { Registry } from "../program/registry.ts";

/** POST /v1/graphs: checks a program and keeps its canonical form under the digest of that form. */
export function registerGraphTask({ limits }: Context, registry: Registry): Handler {
  return (body) => {
    const request = readRequest(GraphsRequest, body, limits);
    const registered = request.network === undefined ? canonicalDraft(draftOf(request, limits), limits) : canonicalNetwork(request.network);
    const id = fingerprint(registered);
    const description = describe(id, registered, limits);
    registry.write(id, canonicalText(registered));
    return answer(description, limits);
  };
}

/** GET /v1/graphs/{id}. */
export function readGraphTask({ limits, compiler }: Context): Handler {
  return (body) => {
    const { id } = readRequest(z.strictObject({ id: GraphId }), body, limits);
    return answer(describe(id, compiler.registered(id, ""), limits), limits);
  };
}

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
