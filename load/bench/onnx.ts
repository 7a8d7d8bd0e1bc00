import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { scalar, type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { encodeAttribute, encodeMessage, encodeTensor, type OnnxAttribute, storage, tensorType } from "../../test/oracle/model.ts";
import { oneHot, parameter, type Training, transposed } from "./networks.ts";
import { type Trainer, trainer } from "./trainer.ts";

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** A model that grows node by node. */
export class OnnxModel {
  readonly #nodes: object[] = [];
  readonly #initializers: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];
  #count = 0;

  input(name: string, type: Pick<Tensor, "dtype" | "shape">): string {
    this.#inputs.push({ name, type: tensorType(type) });
    return name;
  }

  constant(tensor: Tensor): string {
    const name = `c${this.#count++}`;
    this.#initializers.push({ ...encodeTensor(tensor), name });
    return name;
  }

  axes(...numbers: readonly number[]): string {
    return this.constant(tensorOf("int64", [numbers.length], numbers));
  }

  /** The names of a node's outputs. */
  nodes(op: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[] {
    const output = Array.from({ length: outputs }, () => `v${this.#count++}`);
    const attribute = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    this.#nodes.push({ op_type: op, input: inputs, output, attribute });
    return output;
  }

  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodes(op, inputs, attributes, 1)[0];
  }

  /** Gives a value the name by which a run answers with it. */
  output(name: string, value: string): void {
    this.#nodes.push({ op_type: "Identity", input: [value], output: [name], attribute: [] });
    this.#outputs.push({ name });
  }

  session(threads: number): Promise<InferenceSession> {
    const graph = { name: "bench", node: this.#nodes, initializer: this.#initializers, input: this.#inputs, output: this.#outputs };
    const bytes = encodeMessage({ ir_version: 10, opset_import: [{ domain: "", version: 21 }], graph });
    return InferenceSession.create(bytes, { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all" });
  }
}

export const toOrt = (tensor: Tensor): OrtTensor => new OrtTensor(tensor.dtype, storage(tensor) as Float32Array, tensor.shape);

/** What a training graph is built from: the names of its parameters' values, and what it gives back for them. */
interface Builder {
  readonly model: OnnxModel;
  readonly training: Training;
  readonly values: Readonly<Record<string, string>>;
  /** Subtracts the gradient, times the step length, from a parameter. */
  readonly update: (name: string, gradient: string) => void;
}

type Build = (builder: Builder, x: string, target: string) => string;

/** A whole training step as one model; parameters go in and come out, in memory that is used in turn. */
async function ortTrainer(training: Training, starts: Readonly<Record<string, Tensor>>, build: Build, threads: number): Promise<Trainer> {
  const model = new OnnxModel();
  const target = oneHot(training);
  const x = model.input("x", training.input);
  const t = model.input("t", target);
  const rate = model.constant(scalar(training.learningRate, training.dtype));
  const values = Object.fromEntries(Object.entries(starts).map(([name, tensor]) => [name, model.input(name, tensor)]));
  const update = (name: string, gradient: string): void =>
    model.output(`new ${name}`, model.node("Sub", [values[name], model.node("Mul", [gradient, rate])]));
  model.output("loss", build({ model, training, values, update }, x, t));
  const session = await model.session(threads);
  const fixed = { x: toOrt(training.input), t: toOrt(target) };
  const names = Object.keys(starts);
  let current = Object.fromEntries(names.map((name) => [name, toOrt(starts[name])]));
  let other = Object.fromEntries(names.map((name) => [name, toOrt(tensorOf(starts[name].dtype, starts[name].shape, []))]));
  const loss = toOrt(scalar(0, training.dtype));
  return trainer(`onnxruntime-node, ${threads === 1 ? "1 thread" : `${threads} threads`}`, async () => {
    const fetches = { loss, ...Object.fromEntries(names.map((name) => [`new ${name}`, other[name]])) };
    await session.run({ ...fixed, ...current }, fetches);
    [current, other] = [other, current];
    return Number(loss.data[0]);
  });
}

/** The loss of softmax and cross-entropy over rows of scores, and the scores' gradient. */
function crossEntropy({ model, training }: Builder, scores: string, target: string): { loss: string; gradient: string } {
  const number = (value: number): string => model.constant(scalar(value, training.dtype));
  const products = model.node("Mul", [model.node("LogSoftmax", [scores], { axis: { i: 1 } }), target]);
  const sum = model.node("ReduceSum", [products, model.axes(0, 1)], { keepdims: { i: 0 } });
  const difference = model.node("Sub", [model.node("Softmax", [scores], { axis: { i: 1 } }), target]);
  return {
    loss: model.node("Mul", [sum, number(-1 / training.batch)]),
    gradient: model.node("Mul", [difference, number(1 / training.batch)]),
  };
}

const linear = ({ model, values }: Builder, x: string, layer: string): string =>
  model.node("Gemm", [x, values[`${layer}.weight`], values[`${layer}.bias`]]);

/** Updates a linear layer. */
function updateLinear({ model, update }: Builder, x: string, gradient: string, layer: string): void {
  update(`${layer}.weight`, model.node("Gemm", [x, gradient], { transA: { i: 1 } }));
  update(`${layer}.bias`, model.node("ReduceSum", [gradient, model.axes(0)], { keepdims: { i: 0 } }));
}

/** What flows back through a rectifier. */
function throughRelu({ model, training }: Builder, gradient: string, before: string): string {
  const zero = model.constant(scalar(0, training.dtype));
  return model.node("Where", [model.node("Greater", [before, zero]), gradient, zero]);
}

/** Weights of linear layers are inputs × outputs here, so that no transposed copy is made. */
function startsOf(training: Training, linearLayers: readonly string[]): Record<string, Tensor> {
  const entries = [...training.parameters.keys()].map((name): [string, Tensor] => {
    const tensor = parameter(training, name);
    return [name, linearLayers.some((layer) => name === `${layer}.weight`) ? transposed(tensor) : tensor];
  });
  return Object.fromEntries(entries);
}

export function ortMlp(training: Training, threads: number): Promise<Trainer> {
  const build: Build = (builder, x, target) => {
    const { model, values } = builder;
    const before = linear(builder, x, "0");
    const hidden = model.node("Relu", [before]);
    const { loss, gradient } = crossEntropy(builder, linear(builder, hidden, "2"), target);
    const intoHidden = model.node("Gemm", [gradient, values["2.weight"]], { transB: { i: 1 } });
    updateLinear(builder, hidden, gradient, "2");
    updateLinear(builder, x, throughRelu(builder, intoHidden, before), "0");
    return loss;
  };
  return ortTrainer(training, startsOf(training, ["0", "2"]), build, threads);
}

export function ortCnn(training: Training, threads: number): Promise<Trainer> {
  const build: Build = (builder, x, target) => {
    const { model, values } = builder;
    const first = convolved(builder, x, "0", [training.batch, 16, 28, 28]);
    const second = convolved(builder, first.pooled, "3", [training.batch, 32, 14, 14]);
    const features = model.node("Reshape", [second.pooled, model.axes(training.batch, -1)]);
    const { loss, gradient } = crossEntropy(builder, linear(builder, features, "7"), target);
    const intoFeatures = model.node("Gemm", [gradient, values["7.weight"]], { transB: { i: 1 } });
    updateLinear(builder, features, gradient, "7");
    const intoSecond = second.back(model.node("Reshape", [intoFeatures, model.axes(training.batch, 32, 7, 7)]));
    const intoFirst = model.node("ConvTranspose", [intoSecond, values["3.weight"]], { pads: { ints: [1, 1, 1, 1] } });
    first.back(intoFirst);
    return loss;
  };
  return ortTrainer(training, startsOf(training, ["7"]), build, threads);
}

/** Convolution, rectifier and pooling; `back` updates the layer and tells what flows into the convolution's result. */
function convolved(
  builder: Builder,
  x: string,
  layer: string,
  shape: readonly number[],
): { pooled: string; back: (gradient: string) => string } {
  const { model, training, values, update } = builder;
  const padding: Attributes = { pads: { ints: [1, 1, 1, 1] } };
  const before = model.node("Conv", [x, values[`${layer}.weight`], values[`${layer}.bias`]], padding);
  const pooling: Attributes = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
  const [pooled, indices] = model.nodes("MaxPool", [model.node("Relu", [before])], pooling, 2);
  const flat = (value: string): string => model.node("Reshape", [value, model.axes(-1)]);
  const back = (gradient: string): string => {
    const zeros = model.constant(tensorOf(training.dtype, [shape.reduce((product, size) => product * size, 1)], []));
    const scattered = model.node("ScatterElements", [zeros, flat(indices), flat(gradient)], { axis: { i: 0 } });
    const intoRelu = model.node("Reshape", [scattered, model.axes(...shape)]);
    const intoConvolution = throughRelu(builder, intoRelu, before);
    // The filter's gradient is a convolution of the input with what flows back, batch and channels exchanged.
    const exchanged = (value: string): string => model.node("Transpose", [value], { perm: { ints: [1, 0, 2, 3] } });
    update(`${layer}.weight`, exchanged(model.node("Conv", [exchanged(x), exchanged(intoConvolution)], padding)));
    update(`${layer}.bias`, model.node("ReduceSum", [intoConvolution, model.axes(0, 2, 3)], { keepdims: { i: 0 } }));
    return intoConvolution;
  };
  return { pooled, back };
}
