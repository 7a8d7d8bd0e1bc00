import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { dropout } from "../../../ops/network/dropout.ts";
import { gru } from "../../../ops/network/gru.ts";
import { lstm } from "../../../ops/network/lstm.ts";
import { rnn } from "../../../ops/network/rnn.ts";
import { concat } from "../../../ops/shape/concat.ts";
import { reshape } from "../../../ops/shape/reshape.ts";
import { split } from "../../../ops/shape/split.ts";
import { squeeze } from "../../../ops/shape/squeeze.ts";
import { transpose } from "../../../ops/shape/transpose.ts";
import { unsqueeze } from "../../../ops/shape/unsqueeze.ts";
import { count, flag, inferredSize, probability, size, unsupported } from "../arguments.ts";
import { type Arguments, type Building, defineLayer, type Layer, parameter, type ParameterSpec } from "../define.ts";
import { uniformWithin } from "../initialisers.ts";

const mostStacked = 1000;

const shared = {
  input_size: inferredSize("Size of the input's last dimension", 2),
  hidden_size: size("Size of the hidden state", 3),
  num_layers: count(1, "Recurrent layers on top of each other", 2, mostStacked),
  bias: flag(true, "Whether biases are added"),
  batch_first: flag(false, "Whether the batch is the first dimension: [batch, steps, features] in place of [steps, batch, features]"),
  dropout: probability(0, "In training, the share of elements that is dropped between one recurrent layer and the next", 0.2),
  bidirectional: flag(false, "Whether a second pass runs backward over the steps, its outputs beside those of the first"),
};

type Recurrent = Arguments<typeof shared>;

/** Layers on top of each other, each with one pass over the steps or two; the suffix is that of the pass's parameters. */
function passesOf({ num_layers, bidirectional }: Recurrent): { layer: number; suffix: string }[] {
  const passes: { layer: number; suffix: string }[] = [];
  for (let layer = 0; layer < num_layers; layer++) {
    passes.push({ layer, suffix: `_l${layer}` });
    if (bidirectional) passes.push({ layer, suffix: `_l${layer}_reverse` });
  }
  return passes;
}

function parametersOf(args: Recurrent, gates: number): ParameterSpec[] {
  const { input_size, hidden_size: hidden, bias, bidirectional } = args;
  const initial = uniformWithin(1 / Math.sqrt(hidden));
  return passesOf(args).flatMap(({ layer, suffix }) => {
    const inputs = layer === 0 ? input_size : hidden * (bidirectional ? 2 : 1);
    const weights = [
      parameter(`weight_ih${suffix}`, [gates * hidden, inputs], initial),
      parameter(`weight_hh${suffix}`, [gates * hidden, hidden], initial),
    ];
    const biases = [parameter(`bias_ih${suffix}`, [gates * hidden], initial), parameter(`bias_hh${suffix}`, [gates * hidden], initial)];
    return bias ? [...weights, ...biases] : weights;
  });
}

/** One recurrent layer over (steps, batch, features), as its operator takes it: parameters with a leading axis for the passes. */
interface Pass {
  readonly x: Value;
  readonly w: Value;
  readonly r: Value;
  readonly b: Value | null;
}

interface Family<A extends Recurrent> {
  /** The gates in torch.nn's order, by their places in the operator's. */
  readonly gates: readonly number[];
  /** The output of every step: (steps, passes, batch, hidden). */
  readonly apply: (pass: Pass, attributes: { direction: "forward" | "bidirectional"; hidden_size: number }, args: A) => Value;
}

const rulesOf = <A extends Recurrent>(family: Family<A>) => ({
  layout: { ranks: [3, 2], means: "[steps, batch, features] (or batch first) or [steps, features]" },
  inferred: { argument: "input_size", axis: -1 } as const,
  parameters: (args: A) => parametersOf(args, family.gates.length),
  build: (x: Value, args: A, building: Building): Value => {
    if (x.shape.length === 2) return squeeze(stacked(unsqueeze(x, [1]), args, family, building), [1]);
    if (!args.batch_first) return stacked(x, args, family, building);
    return transpose(stacked(transpose(x, [1, 0, 2]), args, family, building), [1, 0, 2]);
  },
});

function stacked<A extends Recurrent>(x: Value, args: A, family: Family<A>, { parameter, training, seed }: Building): Value {
  const { num_layers, hidden_size, bidirectional, dropout: ratio } = args;
  const passes = passesOf(args);
  let sequence = x;
  for (let layer = 0; layer < num_layers; layer++) {
    if (layer > 0 && training && ratio > 0) sequence = dropout(sequence, { ratio, training, seed: seed() });
    const own = passes.filter((pass) => pass.layer === layer);
    const stack = (name: (suffix: string) => readonly string[]): Value =>
      concat(
        own.map(({ suffix }) => {
          const parts = name(suffix).map((part) => inOrder(parameter(part), family.gates));
          return unsqueeze(concat(parts, 0), [0]);
        }),
        0,
      );
    const pass: Pass = {
      x: sequence,
      w: stack((suffix) => [`weight_ih${suffix}`]),
      r: stack((suffix) => [`weight_hh${suffix}`]),
      b: args.bias ? stack((suffix) => [`bias_ih${suffix}`, `bias_hh${suffix}`]) : null,
    };
    const outputs = family.apply(pass, { direction: bidirectional ? "bidirectional" : "forward", hidden_size }, args);
    sequence = sideBySide(outputs);
  }
  return sequence;
}

/** A parameter's gates, which lie along its first axis in torch.nn's order, in the operator's. */
function inOrder(value: Value, gates: readonly number[]): Value {
  if (gates.every((place, at) => place === at)) return value;
  const size = value.shape[0] / gates.length;
  const pieces = split(value, new Array<number>(gates.length).fill(size), 0);
  return concat(
    pieces.map((_, place) => pieces[gates.indexOf(place)]),
    0,
  );
}

/** The passes' outputs beside each other along the features. */
function sideBySide(outputs: Value): Value {
  const [steps, passes, batch, hidden] = outputs.shape;
  if (passes === 1) return squeeze(outputs, [1]);
  return reshape(transpose(outputs, [0, 2, 1, 3]), [steps, batch, passes * hidden]);
}

const handsOn = "It starts from zeros and hands on the output of every step; a Select layer takes one of them.";
const example = { input_size: 2, hidden_size: 3 };

const nonlinearity = z
  .enum(["tanh", "relu"])
  .default("tanh")
  .meta({ description: "The function that each step applies", examples: ["relu"] });

export const recurrents: readonly Layer[] = [
  defineLayer({
    type: "RNN",
    description: `A recurrent layer: each step combines its input with the hidden state of the step before. ${handsOn}`,
    arguments: { ...shared, nonlinearity },
    example,
    ...rulesOf<Arguments<typeof shared & { nonlinearity: typeof nonlinearity }>>({
      gates: [0],
      apply: (pass, attributes, { nonlinearity, bidirectional }) => {
        const name = nonlinearity === "relu" ? "Relu" : "Tanh";
        return rnn(pass, { ...attributes, activations: bidirectional ? [name, name] : [name] })[0];
      },
    }),
  }),
  defineLayer({
    type: "LSTM",
    description: `Long short-term memory: input, forget, cell and output gates around a cell state. ${handsOn}`,
    arguments: { ...shared, proj_size: unsupported(0, "Only 0: the hidden state is not projected") },
    example,
    // torch.nn: input, forget, cell, output. The operator: input, output, forget, cell.
    ...rulesOf({ gates: [0, 2, 3, 1], apply: (pass, attributes) => lstm(pass, attributes)[0] }),
  }),
  defineLayer({
    type: "GRU",
    description: `A gated recurrent unit: reset, update and new gates around the hidden state. ${handsOn}`,
    arguments: shared,
    example,
    // torch.nn: reset, update, new. The operator: update, reset, new.
    ...rulesOf({ gates: [1, 0, 2], apply: (pass, attributes) => gru(pass, { ...attributes, linear_before_reset: true })[0] }),
  }),
];
