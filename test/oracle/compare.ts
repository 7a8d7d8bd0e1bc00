import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { z } from "zod";
import { graphOf } from "../../src/ir/graph.ts";
import type { Operator } from "../../src/ops/define.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { caseFor } from "../ops/cases.ts";
import { difference, type Tolerance } from "../support/close.ts";
import { interpret } from "../support/interpret.ts";
import { type Oracle, type OracleCase, shapeText } from "./cases.ts";
import { encodeModel, inputName, type OnnxAttribute, outputName, storage } from "./model.ts";

const options: InferenceSession.SessionOptions = {
  // What is asked is what runs, on one thread: the same numbers every time.
  graphOptimizationLevel: "disabled",
  executionMode: "sequential",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableCpuMemArena: false,
  logSeverityLevel: 4,
};

/** What ONNX Runtime makes of a case. Throws when it does not know the operator, or refuses the case. */
export async function runOracle(op: Operator, made: OracleCase): Promise<Tensor[]> {
  if (made.asked !== undefined) return made.asked.answer(await runOracle(op, { ...made, ...made.asked, asked: undefined }));
  const outputs = made.outputs ?? 1;
  const bytes = encodeModel({
    type: op.type,
    opset: Math.max(21, op.since ?? 0),
    inputs: made.inputs,
    attributes: { ...encodeAttributes(op, made.attributes ?? {}, made.encoded), ...made.encoded },
    outputs,
  });
  const session = await InferenceSession.create(bytes, options);
  try {
    const feeds = Object.fromEntries(made.inputs.flatMap((tensor, at) => (tensor === null ? [] : [[inputName(at), toOrt(tensor)]])));
    const results = await session.run(feeds);
    return Array.from({ length: outputs }, (_, at) => fromOrt(results[outputName(at)]));
  } finally {
    await session.release();
  }
}

export function runOwn(op: Operator, { inputs, attributes, outputs = 1 }: OracleCase): Tensor[] {
  const made = caseFor(op, inputs, { attributes, outputs });
  // An operator may compute more than the node names.
  return interpret(graphOf([...made.feeds.keys()], made.outputs.slice(0, outputs)), made.feeds);
}

/** What is wrong with our results in the eyes of the oracle's; null when nothing is. */
export function disagreement(own: readonly Tensor[], theirs: readonly Tensor[], oracle: Oracle): string | null {
  if (own.length !== theirs.length) return `${own.length} outputs instead of ${theirs.length}`;
  for (const [at, expected] of theirs.entries()) {
    if (own[at].dtype !== expected.dtype) return `output ${at} is ${own[at].dtype} instead of ${expected.dtype}`;
    const wrong = difference(own[at], expected, toleranceOf(expected.dtype, oracle));
    if (wrong !== null) return `output ${at}: ${wrong}`;
  }
  return null;
}

/**
 * Both sides round to nearest, the oracle after every float32 operation and not always with a correctly rounded function: 2e-6 is 16
 * units in the last place, 1e-6 what sums of a few numbers of size 4 lose. Ours are sums in double. Whole numbers agree exactly.
 */
function toleranceOf(dtype: DType, { tolerance, elsewhere }: Oracle): Tolerance {
  if (dtype === "float32") return tolerance ?? { relative: 2e-6, absolute: 1e-6 };
  if (dtype === "float64") return elsewhere ?? { relative: 1e-13, absolute: 1e-13 };
  return {};
}

export const describeCase = (op: Operator, { inputs, attributes = {}, outputs = 1 }: OracleCase): string =>
  `${op.type} of ${shapeText(inputs)} ${JSON.stringify(attributes)}${outputs > 1 ? ` with ${outputs} outputs` : ""}`;

interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** The JSON schemas of an operator's attributes, by name. */
export const attributeSchemas = (op: Operator): Readonly<Record<string, JsonSchema>> =>
  (z.toJSONSchema(op.attributes, { io: "input" }) as JsonSchema).properties ?? {};

/** How many values an attribute must take to be covered: all that its schema lists, or two. */
export function choicesOf({ anyOf, enum: listed, const: only }: JsonSchema): number {
  if (only !== undefined) return 1;
  if (anyOf?.every((choice) => choice.const !== undefined)) return anyOf.length;
  return listed?.length ?? 2;
}

/** ONNX declares each attribute's kind; the operator's schema tells whole numbers from others. */
function encodeAttributes(op: Operator, attributes: Readonly<Record<string, unknown>>, given: object = {}): Record<string, OnnxAttribute> {
  const schemas = attributeSchemas(op);
  const entries = Object.entries(attributes).filter(([name]) => !(name in given));
  return Object.fromEntries(entries.map(([name, value]) => [name, encode(value, schemas[name])]));
}

function encode(value: unknown, schema: JsonSchema): OnnxAttribute {
  // Listed numbers are codes, and codes are whole.
  const open = [schema, ...(schema.anyOf ?? [])].filter((choice) => choice.const === undefined && choice.enum === undefined);
  const kinds = new Set(open.flatMap(({ type, items }) => [type, items?.type]));
  if (kinds.has("boolean")) return { i: Number(value) };
  if (typeof value === "string") return { s: value };
  if (typeof value === "number") return kinds.has("number") ? { f: value } : { i: value };
  if (!Array.isArray(value)) throw new TypeError(`an attribute ${JSON.stringify(value)} needs its ONNX spelling`);
  const list: readonly unknown[] = value;
  if (list.some((item) => typeof item === "string")) return { strings: list as readonly string[] };
  return kinds.has("number") ? { floats: list as readonly number[] } : { ints: list as readonly number[] };
}

function toOrt({ dtype, shape, data }: Tensor): OrtTensor {
  return new OrtTensor(dtype, storage({ dtype, shape, data }) as Float32Array, shape);
}

function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  return tensorOf(type as DType, dims, numbers);
}
