import protobuf from "protobufjs";
import type { DType } from "../../src/tensor/dtype.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";

/** The few fields of the ONNX messages that models here need, by the numbers that the format gives them. */
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Model { int64 ir_version = 1; Graph graph = 7; repeated Opset opset_import = 8; }
  message Opset { string domain = 1; int64 version = 2; }
  message Graph {
    repeated Node node = 1; string name = 2; repeated TensorValue initializer = 5; repeated ValueInfo input = 11; repeated ValueInfo output = 12;
  }
  message Node { repeated string input = 1; repeated string output = 2; string op_type = 4; repeated Attribute attribute = 5; }
  message Attribute {
    string name = 1; int32 type = 20;
    float f = 2; int64 i = 3; bytes s = 4; TensorValue t = 5; repeated float floats = 7; repeated int64 ints = 8; repeated bytes strings = 9;
  }
  message TensorValue { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Type { TensorType tensor_type = 1; }
  message TensorType { int32 elem_type = 1; Dimensions shape = 2; }
  message Dimensions { repeated Dimension dim = 1; }
  message Dimension { int64 dim_value = 1; }
`,
  { keepCase: true },
);

/** ONNX's numbers for element types. */
export const elementCodes: Readonly<Record<DType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

/** An attribute by the kind that ONNX declares for it. */
export type OnnxAttribute =
  | { readonly f: number }
  | { readonly i: number }
  | { readonly s: string }
  | { readonly t: Tensor }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] };

const kindCodes = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7, strings: 8 } as const;

export interface OneNode {
  readonly type: string;
  readonly opset: number;
  /** null where an optional input is left out. */
  readonly inputs: readonly ({ readonly dtype: DType; readonly shape: Shape } | null)[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  readonly outputs: number;
}

export const inputName = (at: number): string => `x${at}`;
export const outputName = (at: number): string => `y${at}`;

/** The bytes of a model that applies one operator. Output types are left for the reader to infer. */
export function encodeModel({ type, opset, inputs, attributes, outputs }: OneNode): Uint8Array {
  const outputNames = Array.from({ length: outputs }, (_, at) => outputName(at));
  const model = {
    ir_version: 10,
    opset_import: [{ domain: "", version: opset }],
    graph: {
      name: type,
      input: inputs.flatMap((given, at) => (given === null ? [] : [{ name: inputName(at), type: tensorType(given) }])),
      output: outputNames.map((name) => ({ name })),
      node: [
        {
          op_type: type,
          input: inputNames(inputs),
          output: outputNames,
          attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value)),
        },
      ],
    },
  };
  return encodeMessage(model);
}

/** The bytes of a model whose fields are named as above. */
export const encodeMessage = (model: object): Uint8Array => root.lookupType("Model").encode(model).finish();

/** An input left out is an empty name, and nothing at all at the end. */
function inputNames(inputs: OneNode["inputs"]): string[] {
  const count = inputs.findLastIndex((given) => given !== null) + 1;
  return inputs.slice(0, count).map((given, at) => (given === null ? "" : inputName(at)));
}

export const tensorType = ({ dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): object => ({
  tensor_type: { elem_type: elementCodes[dtype], shape: { dim: shape.map((size) => ({ dim_value: size })) } },
});

export function encodeAttribute(name: string, value: OnnxAttribute): object {
  const [kind, content] = Object.entries(value)[0] as [keyof typeof kindCodes, unknown];
  return { name, type: kindCodes[kind], [kind]: encodeContent(kind, content) };
}

function encodeContent(kind: keyof typeof kindCodes, content: unknown): unknown {
  if (kind === "s") return Buffer.from(content as string);
  if (kind === "strings") return (content as readonly string[]).map((text) => Buffer.from(text));
  if (kind !== "t") return content;
  return encodeTensor(content as Tensor);
}

export function encodeTensor({ dtype, shape, data }: Tensor): object {
  const raw = storage(tensorOf(dtype, shape, data));
  return { dims: shape, data_type: elementCodes[dtype], raw_data: new Uint8Array(raw.buffer) };
}

/** A tensor's numbers as ONNX stores them: int64 in 64-bit integers. */
export const storage = ({ dtype, data }: Tensor): Exclude<Tensor["data"], never> | BigInt64Array =>
  dtype === "int64" ? BigInt64Array.from(data, BigInt) : data;
