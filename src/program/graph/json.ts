import { account } from "../../memory/account.ts";
import type { GraphSource, NodeSource } from "./source.ts";
import type { Limits } from "../../request/limits.ts";
import { Problem, pointerTo } from "../../problems/problems.ts";
import { check } from "../../request/validate.ts";
import { Name } from "../../request/values.ts";
import { decodeTensor, givenNumber } from "../../request/tensor.ts";
import { type Draft, type DraftNode, type Locate, type DraftOperand } from "../draft.ts";
import { FreshNames, snakeName } from "../names.ts";

/** The place of a part of the graph in the request. */
const inRequest: Locate = (...path) => {
  const [list, index] = path;
  // Every node's place is asked for, and their pointers have nothing to escape.
  const pointer = path.length === 2 && typeof index === "number" ? `/graph/${list}/${index}` : pointerTo("graph", ...path);
  return { pointer };
};

/** The place of a part of a registered graph: the request holds only its id. */
export const inRegistered: Locate = () => ({ pointer: "/graph_id" });

/** What a node of a draft takes, in bytes. */
const heapPerNode = 300;

/** The draft of a graph in JSON that the schema has accepted. */
export function draftOfGraph(source: GraphSource, limits: Limits, locate: Locate = inRequest): Draft {
  let fresh: FreshNames | null = null;
  const constants = Object.entries(source.constants ?? {}).map(([name, json]) => ({
    name,
    tensor: decodeTensor(json, locate("constants", name).pointer, limits),
  }));
  account().chargeHeap(source.nodes.length * heapPerNode);
  const nodes = source.nodes.map((node, index): DraftNode => {
    const names = namesOf(node, index, locate) ?? [(fresh ??= new FreshNames(namesIn(source))).next(snakeName(node.op))];
    const inputs = node.inputs.map((json, at) => operandOf(json, () => locate("nodes", index, "inputs", at).pointer, limits));
    return { names, op: node.op, inputs, attributes: node.attributes ?? {} };
  });
  const inputs =
    source.inputs === undefined
      ? freeNames(source, nodes, locate).map((name) => ({ name, shape: null, dtype: null }))
      : Object.entries(source.inputs).map(([name, { shape, dtype }]) => ({ name, shape: shape ?? null, dtype: dtype ?? null }));
  return { inputs, constants, nodes, outputs: source.outputs ?? lastOutputs(nodes, locate), locate };
}

function operandOf(json: unknown, pointer: () => string, limits: Limits): DraftOperand {
  if (typeof json === "string" || json === null) return json;
  return typeof json === "number" ? givenNumber(json) : decodeTensor(json, pointer(), limits);
}

/** The names that a node gives its outputs; null when it gives none. */
function namesOf({ name, outputs }: NodeSource, index: number, locate: Locate): readonly (string | null)[] | null {
  if (outputs === undefined) return name === undefined ? null : [name];
  if (name !== undefined && name !== outputs[0]) {
    const detail = `The node is named ${name}, but its first output is ${outputs[0] ?? "without a name"}: give either name or outputs`;
    throw new Problem("invalid_request", detail, [{ pointer: locate("nodes", index, "outputs").pointer, detail }]);
  }
  return outputs;
}

/** Every name that the graph mentions. */
function namesIn(source: GraphSource): Set<string> {
  const names = new Set([...Object.keys(source.inputs ?? {}), ...Object.keys(source.constants ?? {}), ...(source.outputs ?? [])]);
  for (const { name, outputs, inputs } of source.nodes) {
    if (name !== undefined) names.add(name);
    for (const output of outputs ?? []) if (output !== null) names.add(output);
    for (const operand of inputs) if (typeof operand === "string") names.add(operand);
  }
  return names;
}

/** What the nodes consume and nothing defines, in the order of first use. Throws invalid_request for what is no name. */
function freeNames(source: GraphSource, nodes: readonly DraftNode[], locate: Locate): string[] {
  const defined = new Set<string | null>(Object.keys(source.constants ?? {}));
  for (const { names } of nodes) for (const name of names) defined.add(name);
  const free = new Set<string>();
  nodes.forEach(({ inputs }, index) =>
    inputs.forEach((operand, at) => {
      if (typeof operand !== "string" || defined.has(operand) || free.has(operand)) return;
      const name = check(Name, operand, locate("nodes", index, "inputs", at).pointer);
      if (!name.success) throw new Problem("invalid_request", name.places[0].detail, name.places);
      free.add(operand);
    }),
  );
  return [...free];
}

function lastOutputs(nodes: readonly DraftNode[], locate: Locate): readonly string[] {
  const names = nodes.at(-1)?.names.filter((name) => name !== null) ?? [];
  if (names.length > 0) return names;
  const detail = "The graph has no outputs: name them in outputs, or give it nodes";
  throw new Problem("invalid_request", detail, [{ pointer: locate("outputs").pointer, detail }]);
}
