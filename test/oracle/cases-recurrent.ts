import type { DType } from "../../src/tensor/dtype.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import type { Random } from "../support/random.ts";
import { type Oracle, type OracleCase, type OracleTable, some } from "./cases.ts";

/** How many gates a cell has, and what it takes beside what all of them do. */
interface Cell {
  readonly gates: number;
  /** Default activations of one direction. */
  readonly activations: readonly string[];
  readonly outputs: number;
  readonly more: (random: Random, sizes: Sizes) => { inputs: readonly (Tensor | null)[]; attributes: Readonly<Record<string, unknown>> };
}

interface Sizes {
  readonly element: DType;
  readonly directions: number;
  readonly batch: number;
  readonly hidden: number;
}

const plain = ["Tanh", "Sigmoid", "Relu", "Softsign", "Softplus"];
/** Functions with one parameter, and with two. */
const alpha = ["LeakyRelu", "ThresholdedRelu", "Elu"];
const alphaBeta = ["Affine", "ScaledTanh", "HardSigmoid"];

/**
 * As many functions as there are gates, with parameters for all those that have some, or for none: the standard and the oracle differ in
 * what those of Affine, ScaledTanh and ThresholdedRelu are when they are left out.
 */
function chosenFunctions(random: Random, count: number): Readonly<Record<string, unknown>> {
  const told = random.chance(0.7);
  const choices = told ? [...plain, ...alpha, ...alphaBeta] : [...plain, "LeakyRelu", "Elu", "HardSigmoid"];
  const activations = Array.from({ length: count }, () => random.pick(choices));
  if (!told) return { activations };
  const parameters = (takers: readonly string[]): number[] =>
    activations.filter((name) => takers.includes(name)).map(() => random.integer(1, 8) / 8);
  return { activations, activation_alpha: parameters([...alpha, ...alphaBeta]), activation_beta: parameters(alphaBeta) };
}

function recurrent({ gates, activations, outputs, more }: Cell): Oracle {
  return {
    elements: ["float32"],
    cases: 80,
    // Sums over steps of functions that the oracle approximates.
    tolerance: { relative: 1e-5, absolute: 2e-6 },
    make: (random, element, at) => {
      const direction = ["forward", "reverse", "bidirectional"][at % 3];
      const directions = direction === "bidirectional" ? 2 : 1;
      const [steps, batch, size, hidden] = [random.integer(1, 4), random.integer(1, 3), random.integer(1, 3), random.integer(1, 3)];
      const tensor = (...shape: number[]): Tensor => random.tensor(element, shape, [-1, 1]);
      const optional = (...shape: number[]): Tensor | null => (random.chance() ? tensor(...shape) : null);
      const lengths = random.chance(0.4)
        ? tensorOf(
            "int32",
            [batch],
            Array.from({ length: batch }, () => random.integer(1, steps)),
          )
        : null;
      const special = more(random, { element, directions, batch, hidden });
      const made: OracleCase = {
        inputs: [
          tensor(steps, batch, size),
          tensor(directions, gates * hidden, size),
          tensor(directions, gates * hidden, hidden),
          optional(directions, 2 * gates * hidden),
          lengths,
          optional(directions, batch, hidden),
          ...special.inputs,
        ],
        attributes: {
          ...(direction === "forward" ? some(random, { direction }) : { direction }),
          ...some(random, { hidden_size: hidden }),
          ...some(random, special.attributes),
          ...(random.chance(0.3) ? { clip: random.integer(1, 6) / 8 } : {}),
          ...(random.chance(0.4) ? chosenFunctions(random, activations.length * directions) : {}),
          ...(random.chance(0.2) ? { layout: 0 } : {}),
        },
        // The oracle does not infer the hidden size.
        encoded: { hidden_size: { i: hidden } },
        outputs: random.integer(1, outputs),
      };
      return random.chance(0.25) ? batchFirst(made) : made;
    },
  };
}

/** The same with the batch in front, which the oracle does not know: it is asked with the steps in front, and its answer turned. */
function batchFirst(made: OracleCase): OracleCase {
  const turned = made.inputs.map((tensor, at) => (tensor !== null && [0, 5, 6].includes(at) ? exchange(tensor, 0, 1) : tensor));
  return {
    ...made,
    inputs: turned,
    attributes: { ...made.attributes, layout: 1 },
    asked: {
      inputs: made.inputs,
      attributes: { ...made.attributes, layout: 0 },
      // (steps, directions, batch, hidden) becomes (batch, steps, directions, hidden).
      answer: (outputs) => outputs.map((tensor, at) => (at === 0 ? exchange(exchange(tensor, 1, 2), 0, 1) : exchange(tensor, 0, 1))),
    },
  };
}

/** The tensor with two axes exchanged. */
function exchange({ dtype, shape, data }: Tensor, a: number, b: number): Tensor {
  const order = shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis));
  const to = order.map((axis) => shape[axis]);
  const numbers = Array.from(data, (_, place) => {
    let rest = place;
    const index = to.toReversed().map((size) => {
      const position = rest % size;
      rest = Math.floor(rest / size);
      return position;
    });
    index.reverse();
    const from = shape.reduce((sum, size, axis) => sum * size + index[order.indexOf(axis)], 0);
    return data[from];
  });
  return tensorOf(dtype, to, numbers);
}

export const recurrences: OracleTable = {
  GRU: recurrent({
    gates: 3,
    activations: ["Sigmoid", "Tanh"],
    outputs: 2,
    more: (random) => ({ inputs: [], attributes: { linear_before_reset: random.pick([0, 1]) } }),
  }),
  LSTM: recurrent({
    gates: 4,
    activations: ["Sigmoid", "Tanh", "Tanh"],
    outputs: 3,
    more: (random, { element, directions, batch, hidden }) => ({
      inputs: [
        random.chance() ? random.tensor(element, [directions, batch, hidden], [-1, 1]) : null,
        random.chance() ? random.tensor(element, [directions, 3 * hidden], [-1, 1]) : null,
      ],
      attributes: { input_forget: random.pick([0, 1]) },
    }),
  }),
  RNN: recurrent({ gates: 1, activations: ["Tanh"], outputs: 2, more: () => ({ inputs: [], attributes: {} }) }),
};
