import type { Value } from "../../../ir/graph.ts";
import * as schemas from "../../../wire/network/recurrent.ts";
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

const rulesOf = (gates: number) => ({
  layout: { ranks: [3, 2], means: "[steps, batch, features] (or batch first) or [steps, features]" },
  inferred: { argument: "input_size", axis: -1 } as const,
  parameters: (args: Recurrent) => parametersOf(args, gates),
  build: (x: Value, args: Recurrent, building: Building): Value => {
    throw new Error("not yet" + x.id + args.bias + building.training);
  },
});

export const RNN = defineLayer(schemas.RNN, rulesOf(1));
export const LSTM = defineLayer(schemas.LSTM, rulesOf(4));
export const GRU = defineLayer(schemas.GRU, rulesOf(3));
