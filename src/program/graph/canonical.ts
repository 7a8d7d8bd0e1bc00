import { createHash } from "node:crypto";
import { sizeOf } from "../../tensor/shape.ts";
import { encodeTensor } from "../../request/encode.ts";
import type { GraphSource, NodeSource } from "./source.ts";
import { settle } from "../../request/settle.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import type { Draft, DraftNode, DraftOperand } from "../draft.ts";

/**
 * The one way to write a draft as a graph in JSON: names as they are, every input listed, and tensors of the same numbers written alike.
 * A formula and a graph that make the same draft have the same canonical graph.
 */
export function canonicalGraph({ inputs, constants, nodes, outputs }: Draft): GraphSource {
  const declared = inputs.map(({ name, shape, dtype }) => [
    name,
    { ...(shape === null ? {} : { shape: [...shape] }), ...(dtype === null ? {} : { dtype }) },
  ]);
  const fixed = constants.map(({ name, tensor }) => [name, canonicalTensor(tensor, () => `/graph/constants/${name}`)]);
  return {
    inputs: Object.fromEntries(declared) as GraphSource["inputs"],
    ...(fixed.length === 0 ? {} : { constants: Object.fromEntries(fixed) as GraphSource["constants"] }),
    nodes: nodes.map(canonicalNode),
    outputs: [...outputs],
  };
}

function canonicalNode({ names, op, inputs, attributes }: DraftNode, at: number): NodeSource {
  const [name] = names;
  return {
    ...(names.length === 1 && name !== null ? { name } : { outputs: [...names] }),
    op,
    inputs: inputs.map((operand, position) => canonicalOperand(operand, () => `/graph/nodes/${at}/inputs/${position}`)),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

const canonicalOperand = (operand: DraftOperand, pointer: () => string): unknown =>
  operand === null || typeof operand === "string" ? operand : canonicalTensor(operand, pointer);

/** Numbers without a dtype stay without one: what they become is decided where they are used. */
function canonicalTensor(given: GivenTensor, pointer: () => string): unknown {
  const { dtype, kind, shape } = given;
  if (dtype !== null) return encodeTensor(settle(given, dtype, pointer), "flat");
  const tensor = { dtype: kind === "bool" ? "bool" : "float64", shape, data: given.data } as const;
  // Nested lists cannot say what the axes inside an empty one are.
  const isNestable = sizeOf(shape) > 0 || !shape.slice(0, -1).includes(0);
  return isNestable ? encodeTensor(tensor, "list") : { shape, data: [] };
}

/** The id of a JSON value: the digest of its canonical text. */
export const fingerprint = (json: unknown): string => `sha256:${createHash("sha256").update(canonicalText(json)).digest("hex")}`;

/** JSON with the members of objects in the order of their names, nothing between tokens, and the sign of zero kept. */
export function canonicalText(json: unknown): string {
  if (typeof json === "number" && Object.is(json, -0)) return "-0";
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  if (Array.isArray(json)) return `[${json.map(canonicalText).join(",")}]`;
  const members = Object.entries(json).filter(([, member]) => member !== undefined);
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`).join(",")}}`;
}
