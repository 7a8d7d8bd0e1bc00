import fc from "fast-check";
import type { Layer, Loss } from "../../../src/program/network/define.ts";
import { layers, layersByType } from "../../../src/program/network/layers.ts";
import { losses } from "../../../src/program/network/losses.ts";
import type { Shape } from "../../../src/tensor/shape.ts";
import { type Attempt, attempt, asked, graphsPath, type Json } from "./attempt.ts";
import { extreme, mostly, plain, stranger } from "./numbers.ts";
import { fitting } from "./schema.ts";
import { meantOf, tensorJson, written } from "./tensors.ts";

/** Networks of the layers of torch.nn, with arguments as their schemas have them and otherwise. */

const size = fc.integer({ min: 1, max: 4 });
const habits = {
  whole: fc.oneof(size, fc.constantFrom(-1, 0, 7, 2 ** 31, 1e15)),
  anything: fc.oneof(plain, fc.array(plain, { maxLength: 4 })),
};

/** A layer or loss with the arguments of its example and others, mostly legal. */
const argued = ({ type, schema }: Layer | Loss, wrongOnce: number): fc.Arbitrary<Json> => {
  const example = (schema.meta()?.examples as Json[] | undefined)?.[0] ?? {};
  const arguments_ = fitting(schema, { ...habits, optional: 15, wrongOnce }) as fc.Arbitrary<Json>;
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(example) },
    { weight: 2, arbitrary: arguments_.map((more) => ({ ...example, ...more, type })) },
    { weight: 1, arbitrary: arguments_ },
  );
};

const of = (...types: readonly string[]): fc.Arbitrary<Json> =>
  fc.oneof(
    ...types.map((type) => {
      const layer = layersByType.get(type);
      if (layer === undefined) throw new Error(`there is no layer ${type}`);
      return argued(layer, 60);
    }),
  );

const anyLayer: fc.Arbitrary<Json> = fc.oneof(...layers.map((layer) => argued(layer, 20)));
const activation = fc
  .constantFrom("ReLU", "Tanh", "Sigmoid", "GELU", "SiLU", "Mish", "Softplus", "ELU", "PReLU", "Softmin", "Hardtanh")
  .map((type) => ({ type }));

/** Layers that fit after one another in a kind of network, and what it is fed. */
interface Kind {
  readonly input: fc.Arbitrary<unknown>;
  readonly layers: fc.Arbitrary<readonly unknown[]>;
}

const fed = (dtype: "float64" | "int64", ...alternatives: readonly Shape[]): fc.Arbitrary<unknown> =>
  fc.constantFrom(...alternatives).chain((shape) => meantOf(dtype, shape).chain(written));

const linear = fc.record({ type: fc.constant("Linear"), out_features: size });
const stack = (layer: fc.Arbitrary<unknown>, most = 3): fc.Arbitrary<unknown[]> => fc.array(layer, { minLength: 1, maxLength: most });

const kinds: readonly Kind[] = [
  {
    input: fed("float64", [2, 3], [3], [4, 1], [0, 3]),
    layers: stack(fc.oneof(linear, linear, activation, of("Linear", "Dropout", "Softmax", "LogSoftmax", "Identity", "Threshold"))),
  },
  {
    input: fed("float64", [1, 2, 6], [2, 1, 5], [2, 6]),
    layers: stack(of("Conv1d", "ConvTranspose1d", "MaxPool1d", "AvgPool1d", "AdaptiveAvgPool1d", "BatchNorm1d", "GroupNorm")),
  },
  {
    input: fed("float64", [1, 2, 5, 5], [2, 4, 3, 4], [1, 6, 6]),
    layers: stack(
      of("Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "BatchNorm2d", "GroupNorm", "Flatten", "LayerNorm"),
    ),
  },
  {
    input: fed("float64", [1, 1, 3, 3, 3]),
    layers: stack(of("Conv3d", "MaxPool3d", "AvgPool3d", "AdaptiveAvgPool3d", "BatchNorm3d", "ConvTranspose3d"), 2),
  },
  {
    input: fed("float64", [3, 1, 2], [2, 2, 2], [2, 2]),
    layers: stack(fc.oneof(of("RNN", "LSTM", "GRU"), of("Select", "Flatten", "Unflatten"), linear), 2),
  },
  {
    input: fed("int64", [2, 3], [4]),
    layers: stack(linear).map((rest) => [{ type: "Embedding", num_embeddings: 5, embedding_dim: 3 }, ...rest]),
  },
  { input: fed("float64", [2, 3], [1, 2, 4], [1, 4, 3, 3]), layers: stack(anyLayer) },
];

const anyLoss: fc.Arbitrary<Json> = fc.oneof(...losses.map((loss) => argued(loss, 30)));

/** A head whose shape is known, so that a target can fit it. */
const headed: fc.Arbitrary<Json> = fc
  .record({ layers: stack(fc.oneof(linear, activation), 2), loss: anyLoss, rows: size, classes: size, batch: fed("float64", [4, 2]) })
  .chain(({ layers, loss, rows, classes }) => {
    const input = meantOf("float64", [rows, 3]).chain(written);
    const probabilities = meantOf("float64", [rows, classes]).map(({ numbers, ...rest }) => ({
      ...rest,
      numbers: numbers.map((x) => 1 / (1 + Math.exp(-x))),
    }));
    const indices = fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows });
    const target = fc.oneof(
      { weight: 3, arbitrary: probabilities.chain(written) },
      { weight: 3, arbitrary: indices },
      { weight: 1, arbitrary: tensorJson() },
    );
    const all = [
      ...layers,
      { type: "Linear", out_features: classes },
      ...(JSON.stringify(loss).includes("BCEL") ? [{ type: "Sigmoid" }] : []),
    ];
    return fc.record({ input, target }).map((inputs): Json => ({ network: { layers: all, loss }, inputs }));
  });

const plainNetwork: fc.Arbitrary<Json> = fc
  .constantFrom(...kinds)
  .chain(({ input, layers }) => fc.record({ input, layers, training: mostly(fc.constant(undefined), fc.boolean(), 3) }))
  .map(({ input, layers, training }) => ({ network: { layers, training }, inputs: { input } }));

/** The output summed by a loss, so that gradients have an objective: its target has one element and seldom fits. */
const spoilt: fc.Arbitrary<Json> = fc
  .tuple(
    fc.oneof(plainNetwork, headed),
    anyLoss,
    fc.dictionary(fc.constantFrom("0.weight", "0.bias", "1.weight", "0.wieght"), tensorJson(), { maxKeys: 2 }),
    fc.oneof(extreme, stranger),
  )
  .map(([body, loss, parameters, odd]) => ({
    ...body,
    network: { ...(body.network as Json), loss },
    parameters,
    inputs: { ...(body.inputs as Json), target: odd },
  }));

const backward = mostly(
  fc.constant({}),
  fc.constantFrom({ of: "output" }, { of: "output", cotangent: 1 }, { wrt: ["input"] }, { wrt: ["0.weight"] }, { of: "loss" }),
  3,
);

export const networkAttempts: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 3, arbitrary: asked(headed, backward) },
  { weight: 4, arbitrary: asked(plainNetwork, backward) },
  { weight: 1, arbitrary: asked(spoilt, backward) },
  { weight: 1, arbitrary: fc.oneof(plainNetwork, headed).map(({ network }) => attempt(graphsPath, { network })) },
);
