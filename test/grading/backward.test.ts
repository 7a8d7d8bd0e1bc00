import { describe, expect, test } from "vitest";
import { Compiler } from "../../src/program/compiler.ts";
import { decodeGiven, feedsOf, merged } from "../../src/program/feeds.ts";
import { differentiate } from "../../src/compute/differentiate.ts";
import { Registry } from "../../src/program/registry.ts";
import { runnable } from "../../src/run/run.ts";
import { BackwardPass } from "../../src/grading/backward.ts";
import { tapeOf } from "../../src/grading/tape.ts";
import { constant } from "../../src/ir/graph.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { has } from "../../src/ops/define.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { scalar, type Tensor } from "../../src/tensor/tensor.ts";
import { defaultLimits } from "../../src/request/limits.ts";
import type { ProgramSource } from "../../src/program/source.ts";
import { NetworkSource } from "../../src/program/network/source.ts";
import { Random } from "../support/random.ts";
import "../support/close.ts";

/** A backward pass that is taken apart step by step must be the engine's, or every mistake would be measured from the wrong place. */

const network = (layers: readonly object[], loss: string): ProgramSource => ({
  kind: "network",
  source: NetworkSource.parse({ layers, loss: { type: loss } }),
});
const random = new Random("backward");
const list = (shape: readonly number[]): unknown =>
  shape.length === 0 ? random.uniform(0.2, 1.2) : Array.from({ length: shape[0] }, () => list(shape.slice(1)));

const programs: readonly (readonly [string, ProgramSource, Record<string, unknown>])[] = [
  [
    "a formula with fan-out",
    { kind: "expression", source: "h = a * b; e = sum(h * exp(h) / (a + b) - a^b)" },
    { a: list([3]), b: list([2, 3]) },
  ],
  [
    "a value used twice by one node",
    { kind: "expression", source: "h = tanh(x); y = sum(batch_normalization(h, s, s, s, s, training_mode=1))" },
    { x: list([4, 3]), s: list([3]) },
  ],
  [
    "a network with batch normalisation and cross-entropy",
    network(
      [
        { type: "Linear", in_features: 3, out_features: 4 },
        { type: "BatchNorm1d", num_features: 4 },
        { type: "GELU" },
        { type: "Linear", out_features: 3 },
      ],
      "CrossEntropyLoss",
    ),
    { input: list([5, 3]), target: [0, 2, 1, 0, 1] },
  ],
  [
    "a network with convolution and pooling",
    network(
      [
        { type: "Conv2d", in_channels: 2, out_channels: 3, kernel_size: 3 },
        { type: "ReLU" },
        { type: "MaxPool2d", kernel_size: 2 },
        { type: "Flatten" },
        { type: "Linear", out_features: 2 },
      ],
      "MSELoss",
    ),
    { input: list([2, 2, 6, 6]), target: list([2, 2]) },
  ],
  [
    "a recurrent network",
    network(
      [
        { type: "LSTM", input_size: 2, hidden_size: 3 },
        { type: "Select", dim: 0, index: -1 },
        { type: "Linear", out_features: 1 },
      ],
      "MSELoss",
    ),
    { input: list([4, 2, 2]), target: list([2, 1]) },
  ],
];

function prepared(source: ProgramSource, inputs: Record<string, unknown>) {
  const given = merged([decodeGiven(inputs, ["inputs"], defaultLimits)]);
  const program = new Compiler(new Registry("unused"), defaultLimits).compile(source, given, { seed: 3 });
  const derivatives = differentiate(program, { of: undefined, wrt: [], parts: [], cotangent: false });
  const tape = tapeOf(program);
  const objective = derivatives.objective.value;
  const backward = new BackwardPass(tape, tape.at(objective), filled(1, objective));
  const run = (values: Parameters<typeof runnable>[1]): Tensor[] =>
    runnable(program, values, defaultLimits)
      .run({ feeds: feedsOf(program, given), given, cancelled: () => false })
      .wanted.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
  return { program, derivatives, tape, backward, run };
}

describe.each(programs)("%s", (_, source, inputs) => {
  test("has the engine's gradients, step by step", () => {
    const { program, derivatives, tape, backward, run } = prepared(source, inputs);
    const named = program.values.filter(({ value }) => isFloating(value.dtype) && derivatives.gradientOf(value) !== null);
    expect(named.length).toBeGreaterThan(3);
    const theirs = run(named.map(({ value }) => derivatives.gradientOf(value) ?? value));
    const ours = run(named.map(({ value }) => backward.sumAt(tape.at(value)) ?? filled(0, value)));
    ours.forEach((tensor, at) => expect(tensor, named[at].name).toBeNear(theirs[at], { relative: 1e-12, absolute: 1e-14 }));
  });

  test("takes apart what has no rule of its own, unless it is a function of single numbers", () => {
    const { tape } = prepared(source, inputs);
    for (const { op, node } of tape.steps) expect(node.expansion === null || has(op, "elementwise"), op.type).toBe(true);
  });

  test("an amendment changes what lies before it and nothing else", () => {
    const { tape, backward } = prepared(source, inputs);
    const step = tape.steps.findLast(
      ({ inputs: own, outputs }) => own.some((value) => value !== null && value.node !== null) && backward.sumAt(outputs[0]) !== null,
    );
    if (step === undefined) throw new Error("no gradient flows");
    const amended = backward.amended({
      changes: new Map([[step, ({ flows }) => flows.map((flow) => flow && mul(flow, constant(scalar(2, flow.dtype))))]]),
    });
    for (const later of tape.steps.slice(tape.steps.indexOf(step) + 1)) {
      for (const value of later.outputs) expect(amended.sumAt(value)).toBe(backward.sumAt(value));
    }
    const spoilt = step.inputs.filter((value) => value !== null && backward.sumAt(value) !== null);
    expect(spoilt.length).toBeGreaterThan(0);
    for (const value of spoilt) if (value !== null) expect(amended.sumAt(value)).not.toBe(backward.sumAt(value));
  });

  test("rebuilding without a change changes nothing", () => {
    const { program, tape } = prepared(source, inputs);
    const { tape: same } = tape.rebuilt(new Map());
    for (const { value } of program.values) expect(same.at(value)).toBe(tape.at(value));
  });
});

test("amending an amended pass keeps both changes", () => {
  const { tape, backward, run } = prepared({ kind: "expression", source: "h = 3 * x; y = sum(5 * h)" }, { x: [1, 2] });
  const times = (k: number) => (pull: { flows: readonly (Parameters<typeof mul>[0] | null)[] }) =>
    pull.flows.map((flow) => (flow === null || typeof flow === "number" ? null : mul(flow, k)));
  const [first, second] = tape.steps;
  const x = first.inputs.find((value) => value?.known === null) ?? first.outputs[0];
  const gradientOf = (pass: BackwardPass): number => run([pass.sumAt(x) ?? x])[0].data[0];
  const once = backward.amended({ changes: new Map([[first, times(2)]]) });
  expect(
    [
      backward,
      once,
      once.amended({ changes: new Map([[second, times(7)]]) }),
      once.amended({ changes: new Map([[first, times(11)]]) }),
    ].map(gradientOf),
  ).toEqual([15, 30, 210, 330]);
});
