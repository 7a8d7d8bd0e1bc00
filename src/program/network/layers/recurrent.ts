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
import * as schemas from "../schemas/recurrent.ts";
import { type Building, defineLayer, parameter, type ParameterSpec } from "../define.ts";
import { uniformWithin } from "../initialisers.ts";

type Recurrent = (typeof schemas)["RNN" | "LSTM" | "GRU"]["_zod"]["output"];

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

type Simple = (typeof schemas.RNN)["_zod"]["output"];

export const RNN = defineLayer(
  schemas.RNN,
  rulesOf<Simple>({
    gates: [0],
    apply: (pass, attributes, { nonlinearity, bidirectional }) => {
      const name = nonlinearity === "relu" ? "Relu" : "Tanh";
      return rnn(pass, { ...attributes, activations: bidirectional ? [name, name] : [name] })[0];
    },
  }),
);
// torch.nn: input, forget, cell, output. The operator: input, output, forget, cell.
export const LSTM = defineLayer(schemas.LSTM, rulesOf({ gates: [0, 2, 3, 1], apply: (pass, attributes) => lstm(pass, attributes)[0] }));
// torch.nn: reset, update, new. The operator: update, reset, new.
export const GRU = defineLayer(
  schemas.GRU,
  rulesOf({ gates: [1, 0, 2], apply: (pass, attributes) => gru(pass, { ...attributes, linear_before_reset: true })[0] }),
);
