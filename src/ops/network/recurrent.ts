import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { formatShape, sameShape, type Shape } from "../../tensor/shape.ts";
import { where } from "../arithmetic/where.ts";
import { OperatorError } from "../errors.ts";
import { gemm } from "../linear/gemm.ts";
import { less } from "../logic/comparison.ts";
import { concat } from "../shape/concat.ts";
import { filled } from "../shape/expand.ts";
import { range } from "../shape/range.ts";
import { reshape } from "../shape/reshape.ts";
import { split } from "../shape/split.ts";
import { transpose } from "../shape/transpose.ts";
import { type Activation, activationNames, type ActivationName, activationsOf } from "./recurrent-activations.ts";

// What RNN, LSTM and GRU have in common: everything but the step of the cell.

/** Attributes that all recurrent operators share. */
export const recurrentAttributes = {
  activation_alpha: z.array(z.number()).optional(),
  activation_beta: z.array(z.number()).optional(),
  activations: z.array(z.enum(activationNames)).optional(),
  clip: z.number().positive().optional(),
  direction: z.enum(["forward", "reverse", "bidirectional"]).default("forward"),
  hidden_size: z.int().min(1).optional(),
  layout: z.union([z.literal(0), z.literal(1)]).default(0),
};

interface Given {
  readonly activation_alpha?: readonly number[];
  readonly activation_beta?: readonly number[];
  readonly activations?: readonly ActivationName[];
  readonly direction: "forward" | "reverse" | "bidirectional";
  readonly hidden_size?: number;
  readonly layout: 0 | 1;
}

/** The inputs by name; the sizes are those of layout 0. */
export interface RecurrentInputs {
  /** (steps, batch, features). */
  readonly x: Value;
  /** (directions, gates · hidden, features). */
  readonly w: Value;
  /** (directions, gates · hidden, hidden). */
  readonly r: Value;
  /** (directions, 2 · gates · hidden): the biases beside W, then those beside R. */
  readonly b?: Value | null;
  /** (batch), int32: how many steps of each sequence count. */
  readonly sequenceLens?: Value | null;
  /** (directions, batch, hidden). */
  readonly initialH?: Value | null;
  readonly initialC?: Value | null;
  /** (directions, 3 · hidden). */
  readonly p?: Value | null;
}

/** One direction's share of the parameters. */
export interface Parameters {
  readonly hidden: number;
  /** (gates · hidden, hidden). */
  readonly r: Value;
  /** (gates · hidden) beside W and beside R. */
  readonly biases: readonly [w: Value, r: Value] | null;
  /** (3 · hidden). */
  readonly peephole: Value | null;
  readonly functions: readonly Activation[];
}

export interface Cell {
  /** (gates · hidden): added to the input's share for all steps at once. */
  readonly bias: Value | null;
  /** The next state from the input's share (batch, gates · hidden) and the state, each of whose parts is (batch, hidden), h first. */
  readonly step: (x: Value, state: readonly Value[]) => readonly Value[];
}

export interface RecurrentFacts {
  readonly op: string;
  readonly gates: number;
  /** Activations of one direction. */
  readonly activations: readonly ActivationName[];
  /** Parts of the state: h, and c for a cell that has one. */
  readonly parts: 1 | 2;
}

interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
  readonly directions: number;
}

/** The outputs Y, Y_h (and Y_c). The input's share of all steps is one product, then the steps follow one another. */
export function recur(facts: RecurrentFacts, inputs: RecurrentInputs, given: Given, cell: (own: Parameters) => Cell): readonly Value[] {
  const sizes = checkedSizes(facts, inputs, given);
  const { steps, batch, hidden, directions } = sizes;
  const batchFirst = given.layout === 1;
  const x = batchFirst ? transpose(inputs.x, [1, 0, 2]) : inputs.x;
  const rows = reshape(x, [steps * batch, x.shape[2]]);
  const masks = masksOf(inputs.sequenceLens ?? null, sizes);
  const functions = functionsOf(facts, given, directions);
  const [ws, rs, bs, ps] = [inputs.w, inputs.r, inputs.b, inputs.p].map((value) => perDirection(value ?? null, directions));
  const initial = [inputs.initialH, inputs.initialC].slice(0, facts.parts).map((value) => {
    if (value) return perDirection(batchFirst ? transpose(value, [1, 0, 2]) : value, directions);
    return new Array<Value>(directions).fill(filled(0, { dtype: x.dtype, shape: [batch, hidden] }));
  });
  const passes = Array.from({ length: directions }, (_, at) => {
    const { bias, step } = cell({
      hidden,
      r: rs[at],
      biases: bs.length === 0 ? null : (split(bs[at], [facts.gates * hidden, facts.gates * hidden], 0) as readonly [Value, Value]),
      peephole: ps[at] ?? null,
      functions: functions.slice(at * facts.activations.length, (at + 1) * facts.activations.length),
    });
    const projected = gemm(rows, ws[at], bias, { transB: true });
    const backwards = given.direction === "reverse" || at === 1;
    const state = initial.map((values) => values[at]);
    return steps === 0 ? { outputs: [], state } : run(perStep(projected, sizes), state, masks, backwards, step);
  });
  const stacked = passes.map(({ outputs }) =>
    steps === 0 ? filled(0, { dtype: x.dtype, shape: [0, 1, batch, hidden] }) : reshape(concat(outputs, 0), [steps, 1, batch, hidden]),
  );
  const y = concat(stacked, 1);
  const last = initial.map((_, part) =>
    concat(
      passes.map(({ state }) => reshape(state[part], [1, batch, hidden])),
      0,
    ),
  );
  return batchFirst ? [transpose(y, [2, 0, 1, 3]), ...last.map((value) => transpose(value, [1, 0, 2]))] : [y, ...last];
}

/** Steps through the sequence. Where it has ended the state stays and the output is 0. */
function run(
  projected: readonly Value[],
  initial: readonly Value[],
  masks: readonly Value[] | null,
  backwards: boolean,
  step: Cell["step"],
): { outputs: readonly Value[]; state: readonly Value[] } {
  const outputs = new Array<Value>(projected.length);
  let state = initial;
  for (let count = 0; count < projected.length; count++) {
    const at = backwards ? projected.length - 1 - count : count;
    const next = step(projected[at], state);
    outputs[at] = masks === null ? next[0] : where(masks[at], next[0], 0);
    const before = state;
    state = masks === null ? next : next.map((value, part) => where(masks[at], value, before[part]));
  }
  return { outputs, state };
}

/** One piece of (batch, …) for each step. */
const perStep = (value: Value, { steps, batch }: Sizes): readonly Value[] => split(value, new Array<number>(steps).fill(batch), 0);

/** For each step whether it counts, per sequence; null when all do. */
function masksOf(lengths: Value | null, sizes: Sizes): readonly Value[] | null {
  const { steps, batch } = sizes;
  if (lengths === null || steps === 0) return null;
  const running = less(reshape(range(0, steps, 1, lengths.dtype), [steps, 1]), reshape(lengths, [1, batch]));
  return perStep(reshape(running, [steps * batch, 1]), sizes);
}

/** The parts of a parameter whose first axis runs over the directions; empty when it is left out. */
function perDirection(value: Value | null, directions: number): readonly Value[] {
  if (value === null) return [];
  const pieces = split(value, new Array<number>(directions).fill(1), 0);
  return pieces.map((piece) => reshape(piece, piece.shape.slice(1)));
}

function functionsOf({ op, activations }: RecurrentFacts, given: Given, directions: number): readonly Activation[] {
  const needed = activations.length * directions;
  const names = given.activations ?? new Array<readonly ActivationName[]>(directions).fill(activations).flat();
  // ONNX lists the defaults for two directions, so such a list may stand beside a single direction too.
  if (names.length !== needed && names.length !== 2 * activations.length) {
    throw new OperatorError("attribute", `${op} needs ${needed} activations, not ${names.length}`, { attribute: "activations" });
  }
  return activationsOf(names.slice(0, needed), given.activation_alpha ?? [], given.activation_beta ?? []);
}

function checkedSizes({ op, gates }: RecurrentFacts, inputs: RecurrentInputs, given: Given): Sizes {
  const { x, w, r } = inputs;
  [x, w, r].forEach(({ shape }, input) => {
    if (shape.length === 3) return;
    const name = ["X", "W", "R"][input];
    throw new OperatorError("shape", `${name} of ${op} needs 3 axes, but has shape ${formatShape(shape)}`, { input });
  });
  const directions = given.direction === "bidirectional" ? 2 : 1;
  const [steps, batch] = given.layout === 1 ? [x.shape[1], x.shape[0]] : x.shape;
  const hidden = r.shape[2];
  if (given.hidden_size !== undefined && given.hidden_size !== hidden) {
    throw new OperatorError("attribute", `hidden_size is ${given.hidden_size}, but R has shape ${formatShape(r.shape)}`, {
      attribute: "hidden_size",
    });
  }
  const state = given.layout === 1 ? [batch, directions, hidden] : [directions, batch, hidden];
  const expected: readonly (readonly [name: string, value: Value | null | undefined, shape: Shape])[] = [
    ["X", x, x.shape],
    ["W", w, [directions, gates * hidden, x.shape[2]]],
    ["R", r, [directions, gates * hidden, hidden]],
    ["B", inputs.b, [directions, 2 * gates * hidden]],
    ["sequence_lens", inputs.sequenceLens, [batch]],
    ["initial_h", inputs.initialH, state],
    ["initial_c", inputs.initialC, state],
    ["P", inputs.p, [directions, 3 * hidden]],
  ];
  expected.forEach(([name, value, shape], input) => {
    if (!value || sameShape(value.shape, shape)) return;
    throw new OperatorError("shape", `${name} of ${op} has shape ${formatShape(value.shape)} instead of ${formatShape(shape)}`, { input });
  });
  return { steps, batch, hidden, directions };
}
